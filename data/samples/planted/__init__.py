"""The planted shop: a made-up shop of any size whose truth is known, written beside it in truth.json."""

from data.samples.planted.companions import companion_files
from data.samples.planted.knobs import FACTS, Knobs, make_knobs, planted_knobs
from data.samples.planted.sample import planted_sample
from data.samples.planted.shop import Planted, make_planted

__all__ = [
    "FACTS",
    "Knobs",
    "Planted",
    "companion_files",
    "make_knobs",
    "make_planted",
    "planted_knobs",
    "planted_sample",
]
