"""The planted shop as a sample that can be loaded."""

import shutil
from pathlib import Path

from data.samples.planted.companions import companion_files
from data.samples.planted.knobs import Knobs, make_knobs
from data.samples.planted.shop import make_planted
from data.samples.shipped import Sample
from data.settings import Settings

NAME = "planted"


def planted_sample(knobs: Knobs | None = None) -> Sample:
    """The planted shop with these knobs, as it is offered; without any, the usual one."""
    wanted = knobs or make_knobs()

    def prepare(settings: Settings) -> Path:
        folder = settings.var / "samples" / NAME
        # What an interrupted run left is ours to remove.
        shutil.rmtree(folder, ignore_errors=True)
        return make_planted(settings, folder, wanted).events

    return Sample(
        NAME,
        "Planted shop",
        "A made-up shop with clicks, carts, orders, reviews, customers and campaigns. What changed in it, why, and who "
        "moved is known: the answers lie in truth.json.",
        wanted.rows,
        "made by Tideline, free of any rights",
        True,
        "UTC",
        prepare,
        companion_files,
    )
