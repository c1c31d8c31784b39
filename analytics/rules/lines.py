"""The lines of baskets as numbers: whose basket it is, which basket, which item."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import InputError

Whole = npt.NDArray[np.int64]
COLUMNS = ("user", "basket", "item")
MOST_LINES = 100
"""Lines of a basket that are looked at. The pairs of a basket grow with the square of its lines: a wholesale order of
500 lines would weigh as much as 6,000 baskets of seven."""
REST = -1
"""The number of an item that is not compared: it makes its basket larger, and no pair."""


@dataclass(frozen=True)
class Lines:
    """Distinct lines of baskets, by user, basket and item."""

    user: Whole
    basket: Whole
    """A number of its own for each basket, rising with time within a user."""
    item: Whole
    """The place of the item in `ids`, or REST."""
    when: pl.Series
    """What the basket was called: its day, or whatever else tells the order of baskets."""
    ids: list[str]
    """The items that are compared, most baskets first."""
    half: Whole
    """Of each user: 0 in the half that rules are discovered in, 1 in the half that confirms them."""
    cut: int
    """Baskets of more than 100 lines, of which 100 by chance were kept."""


def lines_of(baskets: pl.DataFrame, items: int | Sequence[str], always: Sequence[str] = ()) -> Lines:
    """The lines of a frame [user, basket, item]; rows without one of the three, and repeats, are dropped.

    A basket is told by user and basket together, and `basket` has to sort by time within a user. items: how many of
    the most frequent items are compared, or which; those of `always` are compared too, if any basket holds them. A
    user's half is the first bit of md5(user): the same in every window and on every machine.
    """
    if missing := [name for name in COLUMNS if name not in baskets.columns]:
        raise InputError(
            f"Baskets need the columns user, basket and item, and {', '.join(missing)} is missing. Rename the columns."
        )
    frame = baskets.select(COLUMNS).drop_nulls().unique().sort(COLUMNS)
    new_user = (pl.col("user") != pl.col("user").shift()).fill_null(True)
    new_basket = (new_user | (pl.col("basket") != pl.col("basket").shift())).fill_null(True)
    numbered = frame.select(
        "item",
        when="basket",
        user=new_user.cast(pl.Int64).cum_sum() - 1,
        basket=new_basket.cast(pl.Int64).cum_sum() - 1,
    )
    kept, cut = _capped(numbered)
    ids = most_frequent(kept, items, always) if isinstance(items, int) else list(dict.fromkeys(items))
    codes = pl.DataFrame({"item": pl.Series(ids, dtype=frame.schema["item"]), "code": np.arange(len(ids))})
    coded = kept.join(codes, on="item", how="left", maintain_order="left").with_columns(pl.col("code").fill_null(REST))
    coded = coded.sort("basket", "code")
    return Lines(
        coded["user"].to_numpy(), coded["basket"].to_numpy(), coded["code"].to_numpy(), coded["when"], ids,
        _halves(frame["user"].unique(maintain_order=True)), cut,
    )  # fmt: skip


def _capped(lines: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The lines without those beyond the hundredth of a basket, by lot; and how many baskets lost any."""
    large = lines.group_by("basket").len().filter(pl.col("len") > MOST_LINES)["basket"]
    if large.is_empty():
        return lines, 0
    lot = pl.Series(np.random.default_rng(0).permutation(len(lines)))
    place = lines.select("basket", lot=lot).select(pl.col("lot").rank("ordinal").over("basket")).to_series()
    return lines.filter(place <= MOST_LINES), len(large)


def most_frequent(lines: pl.DataFrame, number: int, always: Sequence[str] = ()) -> list[str]:
    """So many items with most lines in a frame [item], and those of `always` that it holds, most lines first."""
    counted = lines.group_by("item").len().sort(["len", "item"], descending=[True, False])
    wanted = pl.int_range(pl.len()) < number
    return counted.filter(wanted | pl.col("item").is_in(list(always)))["item"].to_list()


def _halves(users: pl.Series) -> Whole:
    firsts = [hashlib.md5(str(user).encode(), usedforsecurity=False).digest()[0] >> 7 for user in users]
    return np.array(firsts, dtype=np.int64)
