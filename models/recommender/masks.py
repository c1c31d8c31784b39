"""What is not recommended: what a person has, what cannot be had, what somebody excluded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from data.companions.read import stock
from data.settings import Settings
from models.recommender.vocabulary import Vocabulary


@dataclass(frozen=True)
class Masks:
    """Items and interests to leave out. Unknown ids are no error: there is nothing to leave out."""

    bought: bool = True
    """Leave out the items of the history, where the shop's people take an item only once; elsewhere it does nothing."""
    out_of_stock: frozenset[str] = frozenset()
    """Item ids, as `out_of_stock` gives them."""
    items: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()


NO_MASKS = Masks(bought=False)


def out_of_stock(settings: Settings, when: datetime) -> frozenset[str]:
    """The ids of items that cannot be had at a moment (UTC), by the imported stock-outs."""
    frame = stock(settings)
    out = (pl.col("out_from") <= when) & (pl.col("out_to").is_null() | (pl.col("out_to") > when))
    return frozenset(frame.filter(out)["item_id"].to_list())


def hidden(masks: Masks, vocabulary: Vocabulary, seen: Iterable[int]) -> np.ndarray:
    """bool (items,): True where an item is left out; `seen` are the items of the history if they are not to return."""
    catalogue = vocabulary.catalogue
    is_hidden = np.zeros(catalogue.items, bool)
    places = [vocabulary.item[item] for item in masks.out_of_stock | masks.items if item in vocabulary.item]
    is_hidden[np.array([*places, *(seen if masks.bought else ())], np.int64)] = True
    if masks.interests:
        chosen = [n for n, interest in enumerate(catalogue.interest_ids) if interest in masks.interests]
        is_hidden |= np.isin(catalogue.interest, chosen)
    return is_hidden
