"""The sequence model in Keras. `config`, `inputs` and `packing` are NumPy only; the other modules need TensorFlow and
are imported late, after `models.tensorflow_start.start_tensorflow()`."""
