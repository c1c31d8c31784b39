from datetime import date

import polars as pl

from analytics.changes import POINT_SCHEMA
from analytics.sentences.levels import marked


def points(*rows):
    frame = pl.DataFrame([{"id": i, "at": at, "change": change} for i, at, change in rows], POINT_SCHEMA)
    return frame.with_columns(name=pl.col("id").str.to_uppercase())


def test_the_latest_change_of_each_line_is_named_newest_first():
    found = points(("a", date(2024, 1, 1), 2.0), ("b", date(2024, 5, 6), -0.2), ("a", date(2024, 3, 4), 0.244))
    assert marked(found, by="theme", lines=8) == (
        "Diamonds mark new levels, beyond season, swings and chance: 2 of the 8 themes shown have one, "
        "'B' since 6 May 2024 (-20 %) and 'A' since 4 Mar 2024 (+24 %)."
    )


def test_more_than_three_are_counted_and_new_lines_have_no_percentage():
    found = points(*((line, date(2024, month, 1), None) for month, line in enumerate("abcde", start=1)))
    assert marked(found, by="category", lines=5).endswith("have one, 'E' since 1 May 2024, 'D' since 1 Apr 2024, "
                                                           "'C' since 1 Mar 2024 and 2 more.")  # fmt: skip


def test_one_line_is_the_line_and_no_change_says_nothing():
    assert "chance: the line has one, 'A' since" in marked(points(("a", date(2024, 1, 1), 1.0)), by="all", lines=1)
    assert marked(points(), by="theme", lines=8) == ""
