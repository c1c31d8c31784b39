"""Logs for the tests of two windows: the real ones by visit, and planted shops with one cause of change."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.drift.mix import Mix, mix
from analytics.drift.parts import PARTS, catalogue_items, parts, per_interest
from analytics.drift.year import year_ratios
from benchmarks.evidence import Evidence
from data import pipeline
from data.samples.planted import make_knobs, make_planted
from data.settings import Settings
from data.store import Store, open_store

Places = npt.NDArray[np.int64]
VISITS = """
SELECT v.u, v.day, v.v, v.id AS interest, sum(v.events)::DOUBLE AS n
FROM visit_interest v
WHERE v."by" = $by AND v.u IS NOT NULL AND v.day > (SELECT max(day) FROM visit_interest) - $days::INT
GROUP BY ALL ORDER BY ALL
"""
FACTS = {"mix": "mix", "behaviour": "behaviour", "catalogue": "catalogue", "season": "season_year"}
HALF_YEAR, QUARTER, YEAR = timedelta(days=182), timedelta(days=91), timedelta(days=364)


@dataclass(frozen=True)
class Log:
    """Rows of a real log: person, visit, pair (of person and interest) as numbers, events; and what pairs are."""

    interests: pl.Series
    user: Places
    visit: Places
    pair: Places
    n: npt.NDArray[np.float64]
    pair_user: Places
    pair_interest: Places


def online_retail(folder: Path) -> Log:
    """Online Retail II, its last 364 days, by theme."""
    return _log(_store(folder, "online-retail-ii"), "theme", 364)


def complete_journey(folder: Path) -> Log:
    """Complete Journey, all of it, by category."""
    return _log(_store(folder, "complete-journey", themes=False), "category", 10_000)


def _store(folder: Path, sample: str, *, themes: bool = True) -> Store:
    settings = Settings(var=folder / sample, themes=themes)
    store = open_store(settings)
    if store is None:
        pipeline.load_sample(settings, sample)
        store = open_store(settings)
    if store is None:
        raise SystemExit(f"The sample {sample} could not be loaded.")
    return store


def _log(store: Store, by: str, days: int) -> Log:
    rows = store.query(VISITS, {"by": by, "days": days})
    rows = rows.with_columns(
        user=pl.col("u").rank("dense") - 1, visit=pl.struct("u", "day", "v").rank("dense") - 1,
        k=pl.col("interest").rank("dense") - 1, pair=pl.struct("u", "interest").rank("dense") - 1,
    )  # fmt: skip
    pairs = rows.select("pair", "user", "k").unique().sort("pair")
    user, visit, pair = (rows[name].to_numpy().astype(np.int64) for name in ("user", "visit", "pair"))
    return Log(
        rows["interest"].unique().sort(), user, visit, pair, rows["n"].to_numpy(),
        pairs["user"].to_numpy().astype(np.int64), pairs["k"].to_numpy().astype(np.int64),
    )  # fmt: skip


def halves(log: Log, rng: np.random.Generator, *, by_visit: bool) -> Mix:
    """The log in two halves by lot: of people, or of each person's visits."""
    unit = log.visit if by_visit else log.user
    after = rng.random(unit.max() + 1)[unit] < 0.5
    sides = [np.bincount(log.pair[side], log.n[side], len(log.pair_user)) for side in (~after, after)]
    one = np.ones(len(log.interests))
    users = int(log.user.max()) + 1
    return Mix(log.interests, users, log.pair_user, log.pair_interest, *sides, *sides, one, one * 0, one)


def planted_parts(cause: str, seed: int, rows: int) -> tuple[dict[str, float], float]:
    """A planted shop with one cause: what part of the change of the planted interests each of the four is, and how far
    they miss the change at worst. Each is summed with the signs of the changes, so the four make 1."""
    with tempfile.TemporaryDirectory(prefix="tideline-cause-") as name:
        folder = Path(name)
        settings = Settings(var=folder / "var", themes=False)
        make_planted(settings, folder, make_knobs(seed=seed, rows=rows, only=[FACTS[cause]]))
        evidence = Evidence(folder)
        fact = evidence.facts[FACTS[cause]]
        events = evidence.connection.sql(
            "select day, user_id as user, item_id as item, category as interest, 1 as n from e"
            " where event_type <> 'refund' and item_id is not null and user_id is not null"
        ).pl()
    before, after = _windows(cause, fact)
    items = events.group_by("item").agg(events=pl.len(), first_day=pl.col("day").min(), last_day=pl.col("day").max())
    gone = catalogue_items(items.rename({"item": "item_id"}), before[1], after[0])
    sides = [per_interest(_days(events, window), gone) for window in (before, after)]
    season = _season(events, before, after) if cause == "season" else None
    found = parts(mix(sides[0], sides[1], season))
    mine = found.filter(pl.col("interest").is_in(fact["interests"]))
    sign = mine["change"].sign()
    gap = (found.select(pl.sum_horizontal(PARTS)).to_series() - found["change"]).abs().max()
    whole = float(mine["change"].abs().sum())
    return {part: float((mine[part] * sign).sum()) / whole for part in PARTS}, float(gap)  # type: ignore[arg-type]


Days = tuple[date, date]


def _windows(cause: str, fact: dict[str, object]) -> tuple[Days, Days]:
    """Half a year on both sides of the change; of the season, the quarter around 15 July and the one before."""
    one = timedelta(days=1)
    if cause == "season":
        start = date(2025, 7, 15) - QUARTER / 2
        return (start - QUARTER, start - one), (start, start + QUARTER - one)
    start = date.fromisoformat(str(fact["from"]))
    return (start - HALF_YEAR, start - one), (start, start + HALF_YEAR - one)


def _days(events: pl.DataFrame, window: Days) -> pl.DataFrame:
    return events.filter(pl.col("day").is_between(*window)).group_by("user", "item", "interest").agg(pl.col("n").sum())


def _season(events: pl.DataFrame, *windows: Days) -> pl.DataFrame:
    """The ratios of the same two windows 364 days earlier."""
    before, after = (_days(events, (first - YEAR, last - YEAR)) for first, last in windows)
    return year_ratios(before, after)
