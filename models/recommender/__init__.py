"""Serving a run in the page process: what comes next for any history at any date, and why. No TensorFlow here."""

from data.settings import Settings
from models.recommender.answering import Answer, Recommender
from models.recommender.loading import load_served, the_run
from models.recommender.masks import NO_MASKS, Masks, out_of_stock

__all__ = ["NO_MASKS", "Answer", "Masks", "Recommender", "load", "out_of_stock"]


def load(settings: Settings, run: str | None = None) -> Recommender:
    """The recommender of a run, by default the active one.

    Raises InputError where there is no such run or none is active, StoreError where its files cannot be read.
    """
    return Recommender(load_served(the_run(settings, run)))
