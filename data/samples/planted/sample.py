"""The planted shop as a sample that can be loaded."""

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
        return make_planted(settings, settings.var / "samples" / NAME, wanted).events

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
