"""What fired, newest first, each with its reason and the way to what it is about."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analytics.alerts import Fired, fired, recent
from analytics.alerts.firing import BACK
from analytics.periods import complete_days
from data.alerts import Rule, rules
from data.scope import Scope
from data.store import Store
from pages.shared import cached, state, wording
from pages.shared.parts import empty, export
from pages.shared.parts.head import plain

SHOWN = 20
"""Alerts that are written out; the export holds all."""
AT_HOME, WEEKS = 5, 4
TRENDS, DRIFT = "pages/interest/trends.py", "pages/interest/drift.py"


def saved() -> tuple[Rule, ...]:
    """The rules that hold."""
    here = state.settings()
    return cached.as_written(rules, here, here.ledger_path)


def fired_of(opened: Store) -> Fired:
    """What they reported lately, counted once for Home and this page."""
    return cached.answer(fired, opened, rules=saved())


def draw(opened: Store) -> None:
    """Everything that fired in the last quarter of the data, or that nothing did."""
    st.subheader("What fired", anchor=False)
    found = fired_of(opened)
    for rule, problem in found.problems:
        st.warning(f"Rule {rule} cannot be asked. {plain(problem)}", icon=":material/warning:")
    if found.reports.is_empty():
        empty(nothing(len(saved()), f"the last {BACK // 7} weeks of data"), icon=":material/notifications_off:")
        return
    st.caption(
        f"Of the last {BACK // 7} weeks of data, newest first: the day stands for the period in which it was clear."
    )
    for row in found.reports.head(SHOWN).iter_rows(named=True):
        entry(row)
    more = found.reports.height - SHOWN
    if more > 0:
        st.caption(f"{more:,} earlier or further alerts are in the export.")
    export(found.reports, "alerts", opened.meta, Scope(), key="alerts_fired", days=BACK)


def at_home(opened: Store) -> None:
    """The few newest alerts, and the way to all."""
    st.subheader("Alerts", anchor=False)
    covered = complete_days(opened.meta)
    found = fired_of(opened).reports
    lately = recent(found, saved(), covered[1], days=7 * WEEKS) if covered else found.clear()
    if lately.is_empty():
        said = nothing(len(saved()), f"the last {WEEKS} weeks of data")
        empty(said, icon=":material/notifications_off:")
    for row in lately.head(AT_HOME).iter_rows(named=True):
        entry(row)
    more = lately.height - AT_HOME
    st.page_link(
        "pages/interest/alerts.py", icon=":material/notifications:",
        label=f"{more:,} more, and the rules" if more > 0 else "All alerts and their rules",
    )  # fmt: skip


def nothing(count: int, span: str) -> str:
    """That there is no alert, and why."""
    if not count:
        return "No alert: there is no rule. Add one on the page Alerts."
    which = "the one rule has" if count == 1 else f"none of the {count} rules has"
    return f"No alert: {which} {'not fired' if count == 1 else 'fired'} in {span}."


def entry(row: dict[str, Any]) -> None:
    """One alert: what and why, when it became clear, and a link."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/notifications: {plain(row['what'])} :gray[Rule {row['rule']}, {wording.day(row['reported'])}.]",
            width="stretch",
        )
        about: dict[str, str] = {"by": row["by"].removeprefix("segment:")} if row["by"] != "all" else {}
        if row["kind"] == "mix":
            st.page_link(DRIFT, label="Drift", icon=":material/swap_horiz:", query_params=about)
        else:
            picked = {"interest": row["id"]} if row["id"] else {}
            st.page_link(TRENDS, label="Trends", icon=":material/trending_up:", query_params=about | picked)


def listed(reports: pl.DataFrame) -> pl.DataFrame:
    """Reports as a table to read: newest first."""
    return reports.reverse().select("reported", "what")
