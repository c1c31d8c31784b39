"""The shop while facts are planted in it, and what each fact leaves behind as its truth."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from data.samples.planted.draws import generator
from data.samples.planted.effects import Effects
from data.samples.planted.events import WARM_UP
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import Layout

Truth = dict[str, Any]


@dataclass(frozen=True)
class Campaign:
    """Who was sent what, and what counts as its result."""

    name: str
    users: np.ndarray
    since: int
    until: int
    arms: np.ndarray
    items: np.ndarray | None
    interests: tuple[int, ...] | None


@dataclass
class Shop:
    """Everything a fact may read and change."""

    knobs: Knobs
    layout: Layout
    paths: list[str]
    """The interests as 'department > kind'."""
    items: pl.DataFrame
    people: pl.DataFrame
    effects: Effects
    promotions: list[dict[str, object]] = field(default_factory=list)
    """Rows of the file of promotions."""
    campaigns: list[Campaign] = field(default_factory=list)
    told: list[pl.DataFrame] = field(default_factory=list)
    """What facts say about single users: fact, user_id and columns of their own."""

    @property
    def items_an_interest(self) -> int:
        """How many items each interest has."""
        return self.items.height // len(self.paths)

    def days(self) -> np.ndarray:
        """Every day that is made, from the warm-up on."""
        return np.arange(-WARM_UP, self.knobs.days)

    def day(self, part: float) -> int:
        """The day at which this part of the log has passed."""
        return int(self.knobs.days * part)

    def weeks(self, part: float, fewest: int) -> int:
        """Days of about this part of the log, in whole weeks where it is long enough."""
        return max(7 * round(self.knobs.days * part / 7), fewest)

    def draw(self, fact: str) -> np.random.Generator:
        """The generator of a fact."""
        return generator(self.knobs.seed, fact)

    def item_ids(self, numbers: np.ndarray | list[int]) -> list[str]:
        """The shop's ids of items, by their numbers."""
        return [str(item) for item in self.items["item_id"].gather(list(numbers))]

    def user_ids(self, numbers: np.ndarray | list[int]) -> list[str]:
        """The shop's ids of users, by their numbers."""
        return [str(user) for user in self.people["user_id"].gather(list(numbers))]

    def ranked(self, interest: int, rank: int) -> int:
        """The number of an interest's item of this popularity, 0 for the most popular."""
        return interest * self.items_an_interest + rank

    def popularity(self, rank: int | np.ndarray) -> np.ndarray:
        """Part of an interest's looks that go to its item of this popularity, 0 for the most popular."""
        return np.log((np.asarray(rank) + 2) / (np.asarray(rank) + 1)) / np.log(self.items_an_interest + 1)

    def promotion(
        self, name: str, item: int, since: int, until: int, discount: float, coupon: str | None = None
    ) -> dict[str, object]:
        """A row of the file of promotions."""
        return {
            "promotion_id": name,
            "item_id": self.item_ids([item])[0],
            "start": self.knobs.date(since),
            "end": self.knobs.date(until),
            "discount": f"{discount:.0%}",
            "coupon": coupon,
        }

    def campaign(
        self,
        name: str,
        users: np.ndarray,
        since: int,
        until: int,
        arms: np.ndarray,
        *,
        items: np.ndarray | None = None,
        interests: tuple[int, ...] | None = None,
    ) -> None:
        """Note a campaign; what it is about is some items or some interests."""
        self.campaigns.append(Campaign(name, users, since, until, arms, items, interests))

    def tell(self, fact: str, users: np.ndarray, columns: dict[str, Any]) -> None:
        """Note what a fact says about single users."""
        table = {"fact": [fact] * len(users), "user_id": self.user_ids(users), **columns}
        self.told.append(pl.DataFrame(table))

    def spare_users(self) -> np.ndarray:
        """The users of whom no fact about persons has taken hold: neither movers nor those who come more often."""
        taken = self.effects.person_table().filter(
            pl.col("change_day").is_not_null() | pl.col("comes_from").is_not_null()
        )
        return np.setdiff1d(np.arange(self.knobs.users), taken["u"].to_numpy())

    def truth(
        self,
        size: float,
        *,
        since: int = 0,
        until: int | None = None,
        interests: list[int] | tuple[int, ...] | None = None,
        items: np.ndarray | list[int] | None = None,
        users: np.ndarray | list[int] | None = None,
        **more: Any,
    ) -> Truth:
        """The truth of a fact: its first and last day, what and whom it is about, its size, and what else it says."""
        return {
            "from": self.knobs.date(since),
            "to": self.knobs.date(self.knobs.days - 1 if until is None else until),
            "items": None if items is None else self.item_ids(items),
            "interests": None if interests is None else [self.paths[k] for k in interests],
            "users": None if users is None else self.user_ids(users),
            "size": float(size),
            **more,
        }
