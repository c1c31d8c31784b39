"""When a person's mix of interests clearly changed, told from their own visits."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.choices import ASIDE
from analytics.drift.people import drift_of
from analytics.drift.sums import summed

STEP, SPAN, LEVEL = 7, 91, 0.05
MOMENTS = {"day": pl.Date, "p": pl.Float64, "from": pl.String, "to": pl.String, "strength": pl.Float64}


def moments(events: pl.DataFrame, *, span: int = SPAN, level: float = LEVEL) -> pl.DataFrame:
    """The days around which a person's mix clearly changed, in order: MOMENTS, few or none.

    Every seventh day `span` days before are tested against `span` days from it on (`analytics.drift.people`, visits as
    units). Of all days that can be tested the surest is taken, then the next that lies a span away. p is the test's
    times the number of days tested (Bonferroni), at most `level`; the season is not taken off.
    """
    seen = events.filter(~pl.col("id").is_in(ASIDE), pl.col("event_type") != "refund")
    visits = seen.group_by("visit", "id").agg(day=pl.col("day").min(), n=pl.len())
    visits = visits.with_columns(day=pl.col("day").min().over("visit"))
    if visits.is_empty():
        return pl.DataFrame(schema=MOMENTS)
    first, last = visits["day"].min(), visits["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    splits = [first + timedelta(days=back) for back in range(STEP, (last - first).days + 1, STEP)]
    pairs = visits.join(pl.DataFrame({"split": splits}, {"split": pl.Date}), how="cross")
    pairs = pairs.select(
        "visit", "n", user="split", interest="id", gap=(pl.col("day") - pl.col("split")).dt.total_days()
    )
    before, after = (pairs.filter(pl.col("gap").is_between(*ends)) for ends in ((-span, -1), (0, span - 1)))
    judged = drift_of([summed(before, after)]).filter(pl.col("p").is_not_null())
    judged = judged.with_columns((pl.col("p") * judged.height).clip(upper_bound=1.0)).filter(pl.col("p") <= level)
    taken: list[dict[str, object]] = []
    for row in judged.sort("p", pl.col("effect").neg()).iter_rows(named=True):
        if all(abs((row["user"] - other["day"]).days) >= span for other in taken):
            taken.append({"day": row["user"], **{name: row[name] for name in ("p", "from", "to", "strength")}})
    return pl.DataFrame(taken, MOMENTS).sort("day")
