"""The interval of a move, against its definition counted person by person."""

import math
import random
from datetime import date, timedelta

import pytest
from polars.testing import assert_frame_equal

from analytics.cohorts import cohort_mix, cohort_sizes, mixes, moved_to, others_mix
from analytics.cohorts.moves import REACH
from data.scope import Scope

AGE = "datediff('month', u.cohort_day, d.day)"
SQL = f"""
SELECT d.u, d.id, {AGE} AS age, sum(d.events)::DOUBLE AS events FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = 'category' AND date_trunc('month', u.cohort_day)::DATE = ? AND d.day >= date_trunc('month', u.cohort_day)
GROUP BY ALL
"""


def spread(rows, line, last):
    """The square root of V in `moved_to`."""
    first, later, lines = {}, {}, {}
    for user, name, age, events in rows:
        if age <= last:
            side = first if age == 0 else later
            side[user] = side.get(user, 0) + events
            if name == line:
                part = lines.setdefault(user, [0, 0])
                part[age > 0] += events
    totals = sum(first.values()), sum(later.values())
    shares = [sum(part[n] for part in lines.values()) / totals[n] for n in (0, 1)]
    return math.sqrt(sum(
        ((lines.get(user, (0, 0))[1] - shares[1] * later.get(user, 0)) / totals[1]
         - (lines.get(user, (0, 0))[0] - shares[0] * first.get(user, 0)) / totals[0]) ** 2
        for user in {*first, *later}
    ))  # fmt: skip


def test_the_interval_is_that_of_the_definition(shop):
    sizes = cohort_sizes(shop, Scope(), cohort="month").sort("size", descending=True)
    judged = 0
    for start, size in sizes.select("cohort", "size").rows():
        knobs = {"cohort": "month", "by": "category", "start": start}
        found = moved_to(shop, Scope(), **knobs)
        last = cohort_mix(shop, Scope(), **knobs).filter("complete")["age"].max()
        rows = shop.query(SQL, [start]).rows()
        for line, gain, high in found.select("id", "gain", "high").rows():
            error = spread(rows, line, last) * math.sqrt(1 + size / (sizes["size"].sum() - size))
            assert high - gain == pytest.approx(REACH * error, rel=1e-6, abs=1e-9), line
            judged += 1
    assert judged >= 4


def test_what_nobody_varies_in_has_no_error_and_is_not_clear(make_store, event):
    """Thirty people who buy toys alone, beside others who turn to books."""
    day = date(2024, 5, 1)
    own = [event(day + timedelta(days=31 * month), user, "a", "toys") for user in range(30) for month in (0, 1)]
    rest = [
        event(day + timedelta(days=31 * (month + 1)), 100 + user, "ac"[month], ("toys", "books")[month])
        for user in range(30) for month in (0, 1)
    ]  # fmt: skip
    store = make_store([event(date(2024, 1, 1), 999), *own, *rest, event(date(2024, 9, 30), 998)])
    found = moved_to(store, Scope(), cohort="month", by="category", start=day)
    toys = found.filter(id="toys").row(0, named=True)
    assert (toys["first"], toys["later"], toys["clear"]) == (1.0, 1.0, False)
    assert toys["low"] == toys["high"] == toys["gain"] > 0.9


def test_both_mixes_counted_once_are_the_two(shop):
    start = cohort_sizes(shop, Scope(), cohort="month").sort("size")["cohort"][-1]
    knobs = {"cohort": "month", "by": "category", "start": start}
    both = mixes(shop, Scope(), **knobs)
    assert_frame_equal(both.own, cohort_mix(shop, Scope(), **knobs))
    assert_frame_equal(both.others, others_mix(shop, Scope(), **knobs))
    sizes = cohort_sizes(shop, Scope(), cohort="month")
    assert both.size == sizes.filter(cohort=start)["size"].sum()
    assert both.size + both.others_size == sizes["size"].sum()
    assert_frame_equal(moved_to(shop, Scope(), known=both, **knobs), moved_to(shop, Scope(), **knobs))


def test_a_part_of_a_large_cohort_says_how_sure_it_is(make_store, event, monkeypatch):
    draw = random.Random(4)
    day = date(2024, 5, 1)
    lines = ("toys", "books", "games")
    own = [
        event(day + timedelta(days=31 * month), user, line[0], line)
        for user in range(900) for month in (0, 1) for line in draw.choices(lines, (5, 3 + month, 1), k=4)
    ]  # fmt: skip
    rest = [
        event(day + timedelta(days=31 * (month + 1)), 1000 + user, line[0], line)
        for user in range(300) for month in (0, 1) for line in draw.choices(lines, (5, 3, 1), k=4)
    ]  # fmt: skip
    store = make_store([event(date(2024, 1, 1), 9999), *own, *rest, event(date(2024, 9, 30), 9998)])
    knobs = {"cohort": "month", "by": "category", "start": day}
    whole = moved_to(store, Scope(), **knobs).sort("id")
    monkeypatch.setattr("analytics.cohorts.moves.ENOUGH", 300)
    part = moved_to(store, Scope(), **knobs).sort("id")
    assert part["gain"].to_list() == whole["gain"].to_list()
    widths = [(frame["high"] - frame["gain"]).to_list() for frame in (part, whole)]
    assert widths[0] != widths[1]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)
