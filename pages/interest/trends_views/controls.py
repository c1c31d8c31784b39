"""The knobs of the page Trends, bound to the URL."""

from dataclasses import dataclass

import streamlit as st

from data.store import Meta
from pages.shared import state

METRICS = ["share", "events", "users", "revenue"]
GRAINS = ["day", "week", "month"]
COMPARES = ["nothing", "previous", "last-year"]

EXPLANATION = """
**Events** are kept rows except refunds; **users** are distinct known people; **revenue** is purchases minus refunds;
**share** is an interest's events as a part of all events of the same period and people. Periods are days, weeks from
Monday, or months in the shop's time zone. A period that the log does not cover wholly is **incomplete**: its line is
dashed, and it takes no part in any comparison.

**Index**: 100 is a line's highest complete period on the chart; the legend gives the size of that period, so that a
high index of a tiny line does not mislead.

**Change** compares the last complete 14 days (grain day), 28 days (week) or 91 days (month) with the same length right
before; *last year* compares them with the same weeks 364 days earlier. A change is *clearly* up or down when it is
larger than the ordinary differences from week to week, at 5 % false discoveries over all rows, and rests on at least
50 events. **Base** is the number of events behind both windows.

**Stage** is judged on medians of four complete weeks, so that no single week can earn or lose a label.

**What it cannot tell**: why people turned. A fall in one share can be a rise in another, an empty shelf, or a season.
"""


@dataclass(frozen=True)
class Knobs:
    """What the chart and the table show."""

    by: str
    metric: str
    grain: str
    compare: str
    index: bool
    season: bool


def draw(meta: Meta) -> Knobs:
    """One row of knobs."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        metric = st.segmented_control(
            "Metric", METRICS, default="share", required=True, key=state.METRIC, bind="query-params"
        )
        grain = st.segmented_control(
            "Grain", GRAINS, default="week", required=True, key=state.GRAIN, bind="query-params"
        )
        compare = st.selectbox("Compare with", COMPARES, key=state.COMPARE, bind="query-params", width=150)
        index = st.toggle(
            "Index", key=state.INDEX, bind="query-params",
            help="Each line on its own scale: 100 is its highest complete period.",
        )  # fmt: skip
        season = st.toggle(
            "Without season", key=state.SEASON, bind="query-params",
            help="Takes the usual pattern of the year (by day: of the week) out, where it was seen often enough.",
        )  # fmt: skip
    return Knobs(state.by(meta), metric or "share", grain or "week", compare or "nothing", index, season)
