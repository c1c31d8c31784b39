"""The files of a planted shop as evidence: counted by people, and estimates with 95 % intervals from such counts."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from data.sql import literal, literals

Z = 1.959964
SHOPPING = "('view', 'cart', 'remove_from_cart', 'wishlist', 'purchase')"
"""Events of the day itself; returns and reviews come later and belong to an earlier day."""


@dataclass(frozen=True)
class Finding:
    """What was recovered of a fact: its true size, the estimate and its 95 % interval."""

    fact: str
    truth: float
    estimate: float
    low: float
    high: float
    naive: bool = False
    """A comparison that is known to mislead, shown beside the right one."""

    @property
    def inside(self) -> bool:
        """Whether the truth lies in the interval."""
        return self.low <= self.truth <= self.high


def finding(fact: str, truth: float, estimate: float, error: float, *, naive: bool = False) -> Finding:
    return Finding(fact, truth, estimate, estimate - Z * error, estimate + Z * error, naive)


def finding_of_log(fact: str, truth: float, log: float, error: float) -> Finding:
    return Finding(fact, truth, float(np.exp(log)), float(np.exp(log - Z * error)), float(np.exp(log + Z * error)))


class Evidence:
    """The files of a planted shop, ready to be counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.truth = folder, json.loads((folder / "truth.json").read_text())
        self.facts: dict[str, dict[str, Any]] = self.truth["facts"]
        self.connection = duckdb.connect(config={"threads": 2})
        events = next(path for path in (folder / "events.parquet", folder / "events.csv") if path.exists())
        self.connection.execute(
            "create table e as select cast(event_time as date) as day, event_time, event_type, user_id, item_id,"
            f" category, price, quantity, order_id, session_id from {literal(events)}"
        )
        for kind in ("items", "campaigns"):
            if (folder / f"{kind}.csv").exists():
                self.connection.execute(f"create view {kind} as from read_csv({literal(folder / f'{kind}.csv')})")
        # Those who come more often from one day on would shift what is compared before and after it.
        self.connection.register(
            "coming", self.users("mix") if "mix" in self.facts else pl.DataFrame({"user_id": [""]})
        )

    def users(self, fact: str) -> pl.DataFrame:
        """The users of a fact as column user_id."""
        found = self.facts[fact]
        if found["users"] is not None:
            return pl.DataFrame({"user_id": found["users"]})
        return pl.read_parquet(self.folder / found["users_file"]).filter(pl.col("fact") == fact).select("user_id")

    def detail(self, fact: str) -> pl.DataFrame:
        """What a fact says about single users."""
        return pl.read_parquet(self.folder / "truth_users.parquet").filter(pl.col("fact") == fact)

    def plain(self) -> str:
        """SQL: the event is of an interest in which nothing happens."""
        return among(self.truth["plain"])

    def by_user(
        self, which: str = "user_id not in (select user_id from coming)", **counts: str
    ) -> dict[str, np.ndarray]:
        """Shopping events of each user that fulfil each of the conditions."""
        columns = ", ".join(f"count(*) filter (where {sql}) as {name}" for name, sql in counts.items())
        sql = f"select user_id, {columns} from e where event_type in {SHOPPING} and {which} group by user_id order by 1"
        frame = self.connection.sql(sql).pl()
        return {name: frame[name].to_numpy().astype(float) for name in counts}


def among(paths: list[str]) -> str:
    """SQL: the event is of one of these interests."""
    return f"list_contains({literals(paths)}, category)"


def between(first: str, last: str) -> str:
    """SQL: the event is of these days, both included."""
    return f"day between date {literal(first)} and date {literal(last)}"


def within(spans: list[list[str]]) -> str:
    """SQL: the event is of one of these spans of days."""
    return "(" + " or ".join(between(*span) for span in spans) + ")"


def log_ratio(above: list[np.ndarray], below: list[np.ndarray]) -> tuple[float, float]:
    """The logarithm of a product of sums over another, and its standard error with one entry of each array a person."""
    log = sum(np.log(n.sum()) for n in above) - sum(np.log(n.sum()) for n in below)
    parts = sum(n / n.sum() for n in above) - sum(n / n.sum() for n in below)
    return float(log), float(np.sqrt((np.asarray(parts) ** 2).sum()))
