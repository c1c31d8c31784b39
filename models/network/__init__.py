"""The sequence model in Keras: `config`, `inputs`, `packing` and `popularity` are NumPy only; the others need TensorFlow
and are imported late, after `models.tensorflow_start.start_tensorflow()`."""
