"""The rules that hold, each with its false alarms a year and what it would have said."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.alerts import Replayed, rate, replayed
from analytics.counts import names
from analytics.sentences.alerts import replay_said, rule_said
from data.alerts import Rule, delete_rule
from data.settings import Settings
from data.store import Store
from pages.interest.alerts_views import news
from pages.shared import cached, state
from pages.shared.parts import block, empty, table
from pages.shared.parts.head import plain

COLUMNS = {
    "reported": st.column_config.DateColumn("Reported", format="D MMM YYYY", help="The period in which it was clear."),
    "what": st.column_config.TextColumn("What it would have said", width="large"),
}


def draw(opened: Store) -> None:
    """One row for each rule; its past is told on demand."""
    st.subheader("The rules", anchor=False)
    known = news.saved()
    if not known:
        empty("There is no rule, so nothing can fire. Add one below.", icon=":material/notifications_off:")
        return
    for rule in known:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{rule.id}. {plain(said(opened, rule))}**  \n:gray[{rate(rule).why}]", width="stretch")
            asked = st.button("Replay", key=f"alerts_replay_{rule.id}", icon=":material/history:", type="tertiary",
                              help="What it would have said over the log's past.")  # fmt: skip
            st.button(
                "Delete", key=f"alerts_delete_{rule.id}", icon=":material/delete:", type="tertiary",
                on_click=state.attempt, args=(forget, state.settings(), rule.id),
            )  # fmt: skip
        if asked:
            with block("The replay"):
                past(opened, rule, key=f"alerts_past_{rule.id}")


def forget(here: Settings, rule_id: str) -> None:
    """Delete a rule and say so."""
    delete_rule(here, rule_id)
    state.notify(f"Rule {rule_id} is deleted.")


def said(opened: Store, rule: Rule) -> str:
    """A rule in words."""
    kind = rule.by or opened.meta.default_by
    known = dict(cached.answer(names, opened, by=kind).select("id", "name").iter_rows()) if rule.interests else None
    return rule_said(rule, by=kind, names=known)


def past(opened: Store, rule: Rule, *, key: str) -> Replayed:
    """What a rule would have said over the log's past, counted once while the data stay."""
    found: Replayed = cached.answer(replayed, opened, rule=rule)
    st.markdown(f":material/history: {replay_said(found, rule.grain)}")
    reports: pl.DataFrame = found.reports
    if reports.height:
        table(news.listed(reports), "What the rule would have said, newest first", key=key, columns=COLUMNS)
    return found
