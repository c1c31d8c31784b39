from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.changes import LINE_SCHEMA, POINT_SCHEMA, change_points
from data.errors import InputError

FIRST = date(2022, 1, 3)


def starts(periods, days=7, first=FIRST):
    return [first + timedelta(days=days * place) for place in range(periods)]


def values(*series, days=7):
    return pl.concat([
        pl.DataFrame({"id": f"line {number}", "start": starts(len(each), days), "value": np.array(each, float)})
        for number, each in enumerate(series)
    ])  # fmt: skip


def counts(events, total, days=7, line="toys"):
    return pl.DataFrame({"id": line, "start": starts(len(events), days), "events": events, "total": total})


def noise(seed, periods=120, sd=1.0):
    return np.random.default_rng(seed).normal(0, sd, periods)


def poisson(seed, mean):
    return np.random.default_rng(seed).poisson(mean)


def test_columns_are_the_contract():
    found = change_points(values(noise(1) + 5 * (np.arange(120) >= 50)))
    assert dict(found.points.schema) == POINT_SCHEMA
    assert dict(found.lines.schema) == LINE_SCHEMA
    empty = change_points(values(noise(1))[:0])
    assert (dict(empty.points.schema), dict(empty.lines.schema)) == (POINT_SCHEMA, LINE_SCHEMA)


def test_a_new_level_is_found_where_it_begins():
    found = change_points(values(10 + noise(1) + 5 * (np.arange(120) >= 50)))
    row = found.points.row(0, named=True)
    assert found.points.height == 1
    assert row["at"] == FIRST + timedelta(weeks=50)
    assert row["earliest"] <= row["at"] <= row["latest"] <= row["at"] + timedelta(weeks=2)
    assert (row["before"], row["after"]) == (pytest.approx(10, abs=0.5), pytest.approx(15, abs=0.5))
    assert row["change"] == pytest.approx(row["after"] - row["before"])
    assert row["low"] < 5 < row["high"]
    assert row["ratio"] > 5


def test_levels_without_any_noise_are_cut_exactly():
    found = change_points(values([2.0] * 30 + [3.0] * 30, [7.25] * 60, [0.0] * 60))
    assert found.points.select("id", "at", "before", "after").rows() == [("line 0", starts(31)[-1], 2.0, 3.0)]
    assert found.lines["verdict"].to_list() == ["changed", "no clear change", "no clear change"]


def test_every_change_of_a_line_has_a_row_in_order_of_time():
    place = np.arange(150)
    found = change_points(values(noise(3, 150) + 6 * (place >= 40) - 9 * (place >= 100)))
    assert [(each - FIRST).days // 7 for each in found.points["at"]] == [40, 100]
    assert found.lines.row(0, named=True)["changes"] == 2


def test_a_season_is_no_change_where_it_is_known_or_allowed_for():
    wave = 2.5 * np.sin(2 * np.pi * np.arange(156) / 52.18)
    for periods, known in ((156, "known"), (104, "known"), (80, "allowed for")):
        found = change_points(values(*(noise(seed, periods) + wave[:periods] for seed in range(8))), family=1)
        assert found.points.is_empty(), periods
        assert set(found.lines["season"]) == {known}
    young = change_points(values(*(noise(seed, 50) + wave[:50] for seed in range(8))), family=1)
    assert young.points.height >= 4
    assert set(young.points["season"]) == {"not known"}


def test_a_change_is_found_under_a_season():
    place = np.arange(156)
    found = change_points(values(noise(2, 156) + 3 * np.sin(2 * np.pi * place / 52.18) + 3 * (place >= 110)))
    assert [(each - FIRST).days // 7 for each in found.points["at"]] == [pytest.approx(110, abs=2)]


def test_the_days_of_the_week_are_no_change_by_day():
    week = np.tile([0.0, 0, 0, 0, 1, 6, 5], 30)
    found = change_points(values(noise(1, 210) + week, noise(2, 210) + week + 4 * (np.arange(210) >= 100), days=1),
                          grain="day")  # fmt: skip
    assert found.points.select("id", "at").rows() == [("line 1", FIRST + timedelta(days=100))]


def test_a_spike_is_no_change():
    for place in (60, 117, 118, 119):
        spiked = noise(7)
        spiked[place] += 30
        assert change_points(values(spiked)).points.is_empty(), place


def test_more_traffic_is_no_change_of_a_share():
    total = poisson(1, np.repeat([2000, 4000], 60))
    found = change_points(counts(poisson(2, total * 0.05), total))
    assert found.lines["verdict"].to_list() == ["no clear change"]
    assert found.lines["level"][0] == pytest.approx(0.05, rel=0.05)
    as_events = change_points(counts(poisson(2, total * 0.05), [1] * 120))
    assert as_events.points["at"].to_list() == [starts(61)[-1]]
    assert as_events.points["change"][0] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("mean", [5, 50, 800])
def test_a_share_is_told_before_and_after(mean):
    share = mean / 20_000 * np.where(np.arange(120) >= 70, 2.0, 1.0)
    row = change_points(counts(poisson(3, 20_000 * share), [20_000] * 120)).points.row(0, named=True)
    assert abs(row["at"] - starts(71)[-1]) <= timedelta(weeks=3 if mean == 5 else 0)
    assert (row["before"], row["after"]) == (pytest.approx(mean / 2e4, rel=0.2), pytest.approx(mean / 1e4, rel=0.1))
    assert row["change"] == pytest.approx(row["after"] / row["before"] - 1)
    assert row["low"] < 1 < row["high"]


def test_out_of_nothing_there_is_no_ratio():
    events = [0] * 60 + poisson(1, [20] * 60).tolist()
    row = change_points(counts(events, [1000] * 120)).points.row(0, named=True)
    assert (row["at"], row["before"], row["change"], row["low"]) == (starts(61)[-1], 0, None, None)


def test_missing_periods_are_left_out_and_told():
    place = np.arange(120)
    gaps = noise(1) + 5 * (place >= 50)
    gaps[[3, 4, 50, 51, 52, 90]] = np.nan
    found = change_points(values(gaps))
    assert found.points["at"].to_list() == [starts(54)[-1]]
    assert found.lines.select("periods", "missing").row(0) == (114, 6)
    rows = values(noise(1) + 5 * (place >= 50)).filter(~pl.col("start").is_in(starts(53)[50:]))
    assert change_points(rows).points["at"].to_list() == [starts(54)[-1]]


def test_a_closed_week_is_missing_and_a_line_without_a_row_had_no_events():
    total = [1000] * 60
    total[20] = 0
    late = counts(poisson(1, [60] * 30), [1000] * 30, line="new").with_columns(pl.col("start") + timedelta(weeks=30))
    frame = pl.concat([counts(poisson(2, [60] * 60), total), late], how="vertical_relaxed")
    found = change_points(frame)
    assert found.lines["missing"].to_list() == [1, 1]
    assert found.points.select("id", "at").rows() == [("new", starts(31)[-1])]


def test_too_little_is_not_enough_data():
    short, few = noise(1, 25) + 9 * (np.arange(25) > 12), [0] * 59 + [49]
    assert change_points(values(short)).lines["verdict"].to_list() == ["not enough data"]
    assert change_points(values(short)).points.is_empty()
    assert change_points(counts(few, [500] * 60)).lines["verdict"].to_list() == ["not enough data"]
    assert change_points(counts([0] * 60, [500] * 60)).lines["verdict"].to_list() == ["not enough data"]
    daily = change_points(values(noise(1, 55), days=1), grain="day")
    assert daily.lines["verdict"].to_list() == ["not enough data"]


def test_the_family_is_all_lines_that_can_be_judged():
    line = noise(1) + 1.3 * (np.arange(120) >= 60)
    alone = change_points(values(line)).points["ratio"][0]
    among = change_points(values(line, *(noise(seed) for seed in range(2, 9)))).points["ratio"]
    given = change_points(values(line, *(noise(seed) for seed in range(2, 9))), family=1).points["ratio"][0]
    assert given == pytest.approx(alone)
    assert not len(among) or among[0] < alone


def test_the_last_800_periods_are_judged():
    found = change_points(values(noise(1, 900), days=1), grain="day")
    assert found.lines["periods"].to_list() == [800]


def test_noise_alone_hardly_ever_changes():
    draw = np.random.default_rng(12)
    found = change_points(values(*draw.normal(size=(200, 156))), family=1)
    assert found.lines.filter(verdict="changed").height <= 4
    assert change_points(values(*draw.normal(size=(200, 156)))).points.is_empty()


def test_what_does_not_fit_is_refused():
    frame = values(noise(1, 30))
    with pytest.raises(InputError, match=r"These values need the columns id, start, value; 'value' is missing. Add it"):
        change_points(frame.drop("value"))
    with pytest.raises(InputError, match=r"need the columns id, start, events, total; 'total' is missing."):
        change_points(counts([1], [1]).drop("total"))
    with pytest.raises(InputError, match=r"Periods by week start 7 days apart, and 2022-01-04 does not fit to"):
        change_points(values(noise(1, 30), days=1))
    with pytest.raises(InputError, match=r"The line 'line 0' has two rows for 2022-01-10. Add them up first."):
        change_points(pl.concat([frame, frame[1:2]]))
    with pytest.raises(InputError, match=r"`grain` cannot be 'month'. Choose one of: day, week."):
        change_points(frame, grain="month")
