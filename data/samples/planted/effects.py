"""What the facts do to the shop, gathered in one place; without a fact nothing is in here and nothing ever changes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

BUY = 0.06
"""How often a look at an item ends in a purchase."""

INTEREST_DAY = {"k": pl.Int32, "day": pl.Int32, "keep": pl.Float64, "demand": pl.Float64}
"""keep: part of the looks at this interest that happen on this day; demand: factor on purchases."""
ITEM_DAY = {"item": pl.Int32, "day": pl.Int32, "keep": pl.Float64, "price": pl.Float64, "buy": pl.Float64,
            "divert": pl.Float64, "target": pl.Int32}  # fmt: skip
"""keep: part of the looks that happen; price: factor on the price; buy: how often a look ends in a purchase; divert:
part of the looks that go to item `target` instead, and the others do not happen."""
PERSON = {"u": pl.Int32, "change_day": pl.Int32, "change_to": pl.Int32, "change_by": pl.Float64,
          "swaps": pl.Boolean, "comes_from": pl.Int32, "comes_before": pl.Float64}  # fmt: skip
"""change_*: from that day on, this part of the person's looks goes to that interest; swaps: takes part in the shared
change of behaviour; comes_*: before that day only this part of the person's visits happens."""

PAIR = {"pair": pl.Int32, "item": pl.Int32, "other": pl.Int32, "alone": pl.Float64, "together": pl.Float64}
INVITATION = {"u": pl.Int32, "day": pl.Int32, "second": pl.Int32, "item": pl.Int32, "price": pl.Float64}


@dataclass
class Effects:
    """Everything that facts change, as factors. Facts write into it one after the other."""

    traffic: np.ndarray
    """A factor on the visits of each day."""
    interest_days: list[pl.DataFrame] = field(default_factory=list)
    item_days: list[pl.DataFrame] = field(default_factory=list)
    person_rows: list[pl.DataFrame] = field(default_factory=list)
    swap: tuple[int, int, int, float] | None = None
    """From that interest, to that one, from that day on, that part."""
    rule: tuple[tuple[int, ...], np.ndarray, float] | None = None
    """The transition rule: its interests, the place of the next by those of the last two, how often it decides."""
    pairs: list[dict[str, Any]] = field(default_factory=list)
    """Items that may be added to an order, two by two: pair, item, other, alone (how often just one is), together."""
    invitations: list[pl.DataFrame] = field(default_factory=list)
    """Purchases of people whom a campaign counts: u, day, second, item, price (a factor)."""

    def interest_table(self) -> pl.DataFrame:
        """What happens to an interest on a day, one row each."""
        return _stacked(self.interest_days, INTEREST_DAY)

    def item_table(self) -> pl.DataFrame:
        """What happens to an item on a day, one row each."""
        return _stacked(self.item_days, ITEM_DAY)

    def pair_table(self) -> pl.DataFrame:
        """Items that may be added to an order."""
        return pl.DataFrame(self.pairs, schema=pl.Schema(PAIR))

    def invitation_table(self) -> pl.DataFrame:
        """Purchases of people whom a campaign counts."""
        return _stacked(self.invitations, INVITATION)

    def person_table(self) -> pl.DataFrame:
        """What happens to a person; nobody has two rows."""
        return _stacked(self.person_rows, PERSON)


def _stacked(frames: list[pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    filled = [
        frame.with_columns(pl.lit(None).alias(name) for name in schema if name not in frame.columns)
        .select(list(schema))
        .cast(pl.Schema(schema))
        for frame in frames
    ]
    return pl.concat(filled) if filled else pl.DataFrame(schema=pl.Schema(schema))
