"""The knobs of the page Cohorts, bound to the URL."""

from dataclasses import dataclass

import streamlit as st

from data.store import Meta
from pages.shared import state

VIEWS = ["retention", "mix", "value", "lifecycle", "migration"]
COHORTS = ["week", "month", "quarter"]
INTERESTS = ("theme", "category", "brand")

_COHORT = """
A **cohort** is everyone whose first purchase in the log (first event, where the log has no purchase) fell into the same
period. **Age** counts whole periods since; age 0 is the period of the first purchase itself. In the first 90 days of a
log most people are **customers from before**: they came earlier than the log can show, so read those rows apart.
Cells that the log reaches only in part are **incomplete** and hatched: they never show a fall.
"""
EXPLANATIONS = {
    "retention": _COHORT
    + """
**Retention** = people with at least one event at that age / people of the cohort. The bold curve pools all cohorts
that reach an age wholly, weighted by their size.

**What it cannot tell**: whether someone who is missing left for good, or just has not needed anything yet.
""",
    "value": _COHORT
    + """
**Revenue per person** = purchases minus refunds at that age / people of the cohort, everyone counted, those who did not
come back too.

**What it cannot tell**: margin, and what people would have spent elsewhere.
""",
    "mix": _COHORT
    + """
**Share** = an interest's events / all events of the cohort at that age. **Moved to** compares the cohort's later ages
with its first period, minus the same difference among all other cohorts at the same ages, so that what everybody does
with age is not told as news. The interval takes people, not events, as units: one large buyer cannot make a move.

**What it cannot tell**: the season of the first period stays in it. Whoever came in December leaves Christmas behind.
""",
    "lifecycle": """
Counted at the end of each period over 28 days. **New**: the first event ever in this interest lies in the window.
**Resurrected**: active after at least 90 days without. **Returning**: active otherwise. **Lapsing**: last event 29 to
89 days ago. **Dormant**: 90 days or more ago.

**What it cannot tell**: at the start of a log everyone looks new, since nobody knows who came before.
""",
    "migration": """
**Groups** are people of similar interests: k-means on the square roots of each person's mix in each period with at
least 6 visits, without the season, over all complete periods of the log together. They are fitted once, so a name means
the same in every step; their number is the largest that is found again in other visits of the same people.

**Chance.** A person's visits of a period are parted at random into two halves. Halves of one and the same period fall
into different groups quite often though nobody changed: that is the floor. Halves of two periods do so more often if
people moved. *Beyond chance* = the second minus the first. Its 95 % interval draws people again (bootstrap); p swaps
the halves. *Seem to have moved* compares all visits of both periods, which is what a flow chart without a floor would
show. A move of one group to another is **clear** at 5 % false discoveries over all moves, from 10 people on. A step
needs 50 people with 6 visits in both periods.

**By age** a step leads from one age since the first purchase to the next, customers from before left out.

**What it cannot tell**: who of those who seem to have moved did so by chance. A list keeps only people whose groups are
sure at both ends.
""",
}


@dataclass(frozen=True)
class Knobs:
    """Which view, of which cohorts, by which interests."""

    view: str
    cohort: str
    by: str


def draw(meta: Meta) -> Knobs:
    """One row: what to look at, and how long a cohort's period is."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        view = st.segmented_control(
            "Show", VIEWS, default="retention", required=True, key=state.VIEW, bind="query-params"
        )
        cohort = st.segmented_control(
            "Periods", COHORTS, default="month", required=True, key=state.COHORT, bind="query-params",
            help="How long a cohort's period and one step of age are. Lifecycle has weeks and months.",
        )  # fmt: skip
    return Knobs(
        view or "retention",
        cohort or "month",
        state.by(meta, [kind for kind in meta.bys if kind in INTERESTS and kind in meta.deep]),
    )
