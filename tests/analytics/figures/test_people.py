"""The pictures of one person: dots by week, ribbons, now and next; and their words."""

from datetime import date

import polars as pl
import pytest

from analytics.figures import people as pictures
from analytics.figures.colours import GREY, HUES, PALETTE

NAMES = {"a": "Candles", "b": "Garden"}


@pytest.fixture
def events():
    return pl.DataFrame({
        "day": [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 13), date(2026, 1, 14)],
        "id": ["a", "a", "b", "none", "a"], "name": ["Candles", "Candles", "Garden", "none", "Candles"],
        "event_type": ["view", "purchase", "view", "view", "refund"], "weight": [1.0, 5.0, 1.0, 1.0, -5.0],
    })  # fmt: skip


@pytest.fixture
def shares():
    days = [date(2026, 1, 5), date(2026, 1, 12)]
    rows = [(day, line, share) for day, mix in zip(days, ((0.6, 0.1, 0.3), (0.2, 0.5, 0.3)), strict=True)
            for line, share in zip(("a", "b", "others"), mix, strict=True)]  # fmt: skip
    return pl.DataFrame(rows, ["day", "id", "share"], orient="row")


def test_weeks_count_purchases_by_themselves_and_no_refunds(events):
    frame = pictures.weekly(events)
    assert frame.rows() == [
        (date(2026, 1, 5), "a", "Candles", False, 1), (date(2026, 1, 5), "a", "Candles", True, 1),
        (date(2026, 1, 12), "b", "Garden", False, 1), (date(2026, 1, 12), "others", "others", False, 1),
    ]  # fmt: skip


def test_the_largest_interest_lies_on_top_and_others_below(events):
    figure = pictures.time_line(pictures.weekly(events))
    assert figure.layout.yaxis.ticktext == ("others", "Garden", "Candles")
    looked, bought = figure.data
    assert (list(looked.y), list(bought.y)) == ([2, 1, 0], [2])
    assert looked.marker.color == (HUES[0], HUES[1], GREY)
    assert "Candles 2 events, 1 of them bought" in pictures.alt_time_line(pictures.weekly(events))


def test_ribbons_lie_in_one_order_and_fill_the_whole(shares):
    changed = pl.DataFrame({"day": [date(2026, 1, 9)]})
    figure = pictures.interest_ribbons(shares, NAMES, palette={"a": "#123456"}, moments=changed)
    assert [trace.name for trace in figure.data] == ["Candles", "Garden", "others"]
    assert [list(trace.y) for trace in figure.data] == [
        pytest.approx(values) for values in ([0.6, 0.2], [0.1, 0.5], [0.3, 0.3])
    ]
    assert figure.data[0].line.color == "#123456"
    assert (figure.data[0].x0, figure.data[0].dx) == ("2026-01-05", 7 * 86_400_000)
    assert figure.layout.shapes[0].x0 == "2026-01-09"
    assert pictures.alt_ribbons(shares, NAMES, changed) == (
        "Shares of a person's interests over time: on 2026-01-05 Candles 60%, Garden 10%; on 2026-01-12 Garden 50%, "
        "Candles 20%. The mix clearly changed around 2026-01-09."
    )


def test_lines_beyond_the_largest_are_one(shares):
    figure = pictures.interest_ribbons(shares, NAMES, k=1)
    assert [trace.name for trace in figure.data] == ["Candles", "others"]
    assert list(figure.data[1].y) == pytest.approx([0.4, 0.8])


def test_colours_of_one_person_differ_in_hue():
    shop = {"a": PALETTE[0], "b": PALETTE[8], "c": PALETTE[2]}
    assert pictures.distinct(["a", "b", "c"], shop) == {"a": PALETTE[0], "b": HUES[1], "c": PALETTE[2]}


def test_now_and_next_with_the_band():
    frame = pl.DataFrame({
        "interest": ["a", "b"], "name": ["Candles", "Garden"], "now": [0.5, 0.2], "next": [0.4, 0.3],
        "low": [0.3, None], "high": [0.5, None],
    })  # fmt: skip
    now, ahead = pictures.mix_dots(frame).data
    assert list(now.y) == ["Garden", "Candles"]
    assert list(ahead.error_x.array) == pytest.approx([0, 0.1])
    assert pictures.alt_mix_dots(frame).endswith("Candles 50% now, 40% next; Garden 20% now, 30% next.")


def test_nothing_has_words():
    empty = pl.DataFrame(schema={"day": pl.Date, "id": pl.String, "share": pl.Float64})
    assert pictures.alt_ribbons(empty, {}) == "An empty chart of interests."
