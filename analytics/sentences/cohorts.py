"""What cohorts say: how many come back, what they are worth, where they turn, who goes quiet."""

from __future__ import annotations

from datetime import date

import polars as pl

from analytics.periods import label
from analytics.sentences.words import day, listed, percent

AGES = {"week": (1, 4, 12, 52), "month": (1, 3, 6, 12), "quarter": (1, 2, 4)}
LEAST_PEOPLE = 20


def came_back(frame: pl.DataFrame, *, cohort: str) -> str:
    """How many came back, from a frame of `retention`; whether newer cohorts do better than older ones."""
    known = _arrived(frame)
    parts = []
    for age in AGES[cohort]:
        cells = known.filter(pl.col("age") == age)
        if cells["size"].sum() >= LEAST_PEOPLE:
            share = float((cells["retention"] * cells["size"]).sum()) / float(cells["size"].sum())
            parts.append(f"{percent(share)} after {age} {cohort}{'s' if age > 1 else ''}")
    if not parts:
        few = f"No {cohort} cohort of at least {LEAST_PEOPLE} people has aged a whole {cohort} yet"
        return f"{few}, so nobody can say who comes back."
    people = int(known.filter(pl.col("age") == 0)["size"].sum())
    who = f"Of {people:,} people who came since the log began"
    return f"{who}, these were active again: {listed(parts)}.{_newer(known, cohort)}"


def _newer(known: pl.DataFrame, cohort: str) -> str:
    """Whether the newer half of the cohorts comes back more often at age 1 than the older half."""
    cells = known.filter(pl.col("age") == 1).sort("cohort")
    if cells.height < 6:
        return ""
    halves = [cells.head(cells.height // 2), cells.tail(cells.height - cells.height // 2)]
    size = [float(half["size"].sum()) for half in halves]
    share = [float(half["users"].sum()) / number for half, number in zip(halves, size, strict=True)]
    pooled = sum(part * number for part, number in zip(share, size, strict=True)) / sum(size)
    error = (pooled * (1 - pooled) * (1 / size[0] + 1 / size[1])) ** 0.5
    gap = share[1] - share[0]
    # Cohorts differ by more than chance among people: their own spread is the yardstick where it is larger.
    spread = float(cells["retention"].std() or 0.0) * (4 / cells.height) ** 0.5  # type: ignore[arg-type]
    if abs(gap) <= 2 * max(error, spread):
        return f" No clear difference between older and newer cohorts after one {cohort}."
    better = "more" if gap > 0 else "less"
    return (
        f" Newer cohorts come back {better} often: {percent(share[1])} against {percent(share[0])} after one {cohort}."
    )


def worth(frame: pl.DataFrame, *, cohort: str) -> str:
    """What a person brings at first and by later ages, from a frame of `retention`."""
    known = _arrived(frame)
    parts, at_first = [], 0.0
    for age in (0, *AGES[cohort]):
        cells = known.filter(pl.col("age") == age)
        if cells["size"].sum() < LEAST_PEOPLE:
            continue
        so_far = float((cells["revenue_so_far"] * cells["size"]).sum()) / float(cells["size"].sum())
        if age == 0:
            at_first = so_far
        else:
            parts.append(f"{so_far:,.0f} after {age} {cohort}{'s' if age > 1 else ''}")
    if not parts:
        return f"No {cohort} cohort has aged a whole {cohort} yet, so later revenue cannot be told."
    return (
        f"A person brings {at_first:,.0f} in the first {cohort} on average, and in all {listed(parts)}. "
        "Later ages rest on older cohorts only."
    )


def turned_to(own: pl.DataFrame, moves: pl.DataFrame, *, cohort: str, start: date) -> str:
    """What a cohort came for and moved to, from frames of `cohort_mix` and `moved_to`."""
    who = (
        f"People who came in {label(start, cohort)}"
        if cohort != "week"
        else f"People who came in the week of {day(start)}"
    )
    first = (
        own.filter((pl.col("age") == 0) & ~pl.col("id").is_in(["unsorted", "none"]))
        .sort("share", descending=True)
        .head(2)
    )
    if first.is_empty():
        return f"{who} did nothing that belongs to an interest."
    came = listed([f"'{name}' ({percent(share)})" for name, share in first.select("name", "share").rows()])
    if moves.is_empty():
        return f"{who} came most of all for {came}. They have no complete later {cohort} yet."
    clear = moves.filter("clear")
    gains, losses = clear.filter(pl.col("gain") > 0).head(2), clear.filter(pl.col("gain") < 0).tail(1)
    if clear.is_empty():
        return (
            f"{who} came most of all for {came}; since then they moved no differently from others of the same age, "
            "as far as can be told."
        )
    parts = []
    if gains.height:
        moved = [
            f"'{row['name']}' ({_points(row['gain'])}, {row['events_later']:,} events)"
            for row in gains.iter_rows(named=True)
        ]
        parts.append(f"moved more than others to {listed(moved)}")
    if losses.height:
        row = losses.row(0, named=True)
        away = f"away from '{row['name']}' ({_points(row['gain'])})"
        parts.append(away if parts else f"moved {away} more than others")
    return f"{who} came most of all for {came}; later they {listed(parts)}."


def _points(gain: float) -> str:
    return f"{gain * 100:+.1f} points"


def states(frame: pl.DataFrame, *, grain: str) -> str:
    """Who is active and who goes quiet, from a frame of `lifecycle` of one interest."""
    complete = frame.filter("complete").sort("start")
    if complete.is_empty():
        return f"No complete {grain} yet, so nobody can be called new or dormant."
    now = complete.row(-1, named=True)
    name = f"'{now['name']}'" if now["id"] else "the shop"
    active = now["new"] + now["returning"] + now["resurrected"]
    said = (
        f"At the end of the {grain} from {day(now['start'])}, {active:,} people were active in {name}: "
        f"{now['new']:,} new, {now['returning']:,} returning, {now['resurrected']:,} back after 90 days or more; "
        f"{now['lapsing']:,} are lapsing and {now['dormant']:,} dormant."
    )
    if now["resurrected"] > now["new"]:
        return f"{said} More came back than came new: the dormant are worth an invitation."
    if now["lapsing"] > active:
        return f"{said} More are lapsing than active: remind them before they go dormant."
    return said


def _arrived(frame: pl.DataFrame) -> pl.DataFrame:
    """The complete cells of cohorts whose arrival the log saw; all cohorts where it saw none."""
    complete = frame.filter("complete")
    seen = complete.filter(~pl.col("from_before"))
    return complete if seen.is_empty() else seen
