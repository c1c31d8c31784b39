"""Language model, themes, training and prediction: everything that runs a neural network, and the jobs around it.

Importing this package, its vector cache or its command line loads no TensorFlow; the modules that need it
(`models.bert` and the network modules) are imported only where a network really runs. Pages never do that.
"""
