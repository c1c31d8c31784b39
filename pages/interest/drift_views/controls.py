"""The knobs of the page Drift, bound to the URL: how long the windows are, and how sure a name on the list is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from analytics.drift.counted import BYS
from analytics.drift.windows import default_windows
from analytics.windows import Window, windows
from data.scope import Scope
from data.store import Store
from pages.shared import cached, state, wording
from pages.shared.parts import empty

AUTO = "auto"
LENGTHS = [AUTO, "28", "91", "182", "364"]
RATES = ["5 %", "10 %", "20 %"]

EXPLANATION = """
**The mix as a whole.** How far the shares of both windows lie apart is measured as a weighted Jensen-Shannon
divergence, and compared with what happens when people are dealt to the windows by lot: somebody who came in both has
the two windows swapped or not, somebody who came in one is put into either. That is done 999 times, more often where
p is small. Events are never taken as independent: people are the units, so a few busy customers cannot raise an
alarm.

**Interests** are judged by the same lots; of all that are tested, 5 % of those called up or down are expected to be
false (Benjamini and Hochberg), and none is called changed in a mix that is not. Intervals are 95 %.

**The season** is the same pair of windows 364 days earlier, as far as the log reaches back: what they differed by is
expected, and only what goes beyond it counts. Where the log is shorter than that, nothing is taken off.

**Why.** The change of every share is split into parts that add up to it: *same people, changed* (people who came in
both windows, each weighted by their events in both), *other people* (who came, and how much), *items came or went*
(items first or last seen between the windows), *season*.

**Who moved.** A person needs 20 events and 6 visits in each window. The test compares the two mixes with visits as
units and a correction for how events clump in visits; the rate is that of false names on the list. *From* and *to*
are the interests that lost and gained most against what was expected; *strength* is what the share of *to* gained.

**Windows.** *auto* takes the shortest of 28, 91, 182 and 364 days in which at least a tenth of the people who came in
both can be judged. The later window ends with the last complete day, or with the last day of the date filter.

**What it cannot tell**: why people turned, and whether they will stay. A window chosen because it looked odd proves
nothing: set alarms before, not after.
"""


@dataclass(frozen=True)
class Asked:
    """What is compared."""

    by: str
    before: Window
    after: Window
    level: float
    why: str | None
    """Why the windows are so long, where nobody chose."""

    @property
    def knobs(self) -> dict[str, Any]:
        """What every question about both windows takes."""
        return {"by": self.by, "before": self.before, "after": self.after}


def draw(opened: Store, scope: Scope) -> Asked | None:
    """One row of knobs; None where the log has nothing to follow people by."""
    kept = [kind for kind in BYS if kind in opened.meta.bys]
    if not kept:
        empty(
            "This log names no categories and its items no themes, so nobody's interest can be followed. Import a log "
            "with item names or a category column."
        )
        return None
    by = state.by(opened.meta, kept)
    by = by if by in kept else kept[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        length = st.segmented_control(
            "Days of each window", LENGTHS, default=AUTO, required=True, key=state.LENGTH, bind="query-params",
            help="The later window ends with the last complete day, or with the date filter's end.",
        )  # fmt: skip
        rate = st.segmented_control(
            "False names on the list, at most", RATES, default="10 %", required=True, key=state.RATE,
            bind="query-params", help="Of the people named as movers, so many are expected to be there by mistake.",
        )  # fmt: skip
    level = float((rate or "10 %").removesuffix(" %")) / 100
    before, after, why = cached.answer(pair, opened, scope, by=by, length=length or AUTO)
    st.caption(f"Before: {wording.days(before.start, before.end)} · after: {wording.days(after.start, after.end)}")
    return Asked(by, before, after, level, why)


def pair(store: Store, scope: Scope, *, by: str, length: str) -> tuple[Window, Window, str | None]:
    """Both windows, and why they are so long where that was left open."""
    if length == AUTO:
        before, after, span = default_windows(store, scope, by=by)
        return before, after, span.why
    return *windows(store.meta, scope, window=int(length)), None
