"""Who really moves between groups of interest, period by period or as people age, beside what chance moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures.migration import alt_migration, migration_steps
from analytics.migration import Clusters, ShopMigration, cohort_migration, group_mixes, shop_groups, shop_migration
from analytics.sentences import migration as sentences
from data.errors import InputError
from data.scope import Scope
from data.store import Store
from pages.interest.cohorts_views import lifecycle, lists
from pages.interest.cohorts_views.controls import Knobs
from pages.shared import cached
from pages.shared.parts import chart, empty, export, so_what, table

STEPS = ["date", "age"]
STEP_BY = "steps"
"""Its name in the URL."""
number = st.column_config.NumberColumn
TEXT = st.column_config.TextColumn
COLUMNS = {
    "from_name": TEXT("From", width="medium"),
    "to_name": TEXT("To", width="medium"),
    "users": number("People", format="localized", help="Who seems to have made this move, by all their visits."),
    "share": number("Share", format="percent", help="Of halves of both periods, that differ in this way."),
    "floor_share": number("By chance", format="percent", help="The same of two halves of one and the same period."),
    "points": number("Beyond chance", format="%+.2f", help="Share minus chance, in points of all people of the step."),
    "low_points": number("from", format="%+.2f", help="95 % interval, lower end."),
    "high_points": number("to", format="%+.2f", help="95 % interval, upper end."),
    "clear": st.column_config.CheckboxColumn("Clear", help="Passes 5 % false discoveries over all moves of the step."),
}
GROUPS = {
    "name": TEXT("Group", width="medium"),
    "called": TEXT("Interest", width="medium"),
    "share": number("Share", format="percent", help="Of a typical member's events, drawn towards everybody's."),
    "base": number("Everybody", format="percent", help="The share among all people."),
}
TOP = 4
"""Interests of a group that are shown."""


class Found(NamedTuple):
    """The groups, and who moved between them."""

    groups: Clusters
    moves: ShopMigration
    names: tuple[str, ...]
    """Of each step."""


def found(store: Store, scope: Scope, *, by: str, grain: str, steps: str) -> Found | str:
    """Groups and moves; where the log is too short or too small for them, the sentence that says so."""
    try:
        groups = cached.answer(shop_groups, store, by=by, grain=grain)
        if steps == "age":
            moves = cohort_migration(store, scope, groups, by=by, cohort=grain)
        else:
            moves = shop_migration(store, scope, groups, by=by, grain=grain)
    except InputError as reason:
        return reason.message
    named = moves.summary.select("period_before", "period_after").iter_rows()
    return Found(groups, moves, tuple(sentences.step(before, after, grain) for before, after in named))


def figure_of(store: Store, scope: Scope, **about: Any) -> go.Figure:
    """The chart of the steps."""
    known = cached.answer(found, store, scope, **about)
    assert not isinstance(known, str)
    return migration_steps(known.moves.summary, known.names)


def draw(opened: Store, scope: Scope, knobs: Knobs) -> None:
    """Sentence, chart of the steps, the moves of one step, and the people of a clear one as a list."""
    steps = st.segmented_control(
        "Steps by", STEPS, default="date", required=True, key=STEP_BY, bind="query-params",
        help="From one period to the next, or from one age since the first purchase to the next.",
    )  # fmt: skip
    about = {"by": knobs.by, "grain": knobs.cohort, "steps": steps or "date"}
    known = cached.answer(found, opened, scope, **about)
    if isinstance(known, str):
        empty(known)
        return
    summary = known.moves.summary
    so_what(sentences.moved_between(summary, knobs.cohort))
    st.caption(known.moves.note)
    judged = [name for name, excess in zip(known.names, summary["excess"], strict=True) if excess is not None]
    if judged:
        alt = alt_migration(summary, known.names)
        chart(cached.picture(figure_of, opened, scope, **about), alt, "migration", key="cohorts_migration")
        one_step(opened, scope, known, judged, about)
    groups_of(known.groups, cached.answer(lifecycle.line_names, opened, by=knobs.by))


def one_step(opened: Store, scope: Scope, known: Found, judged: Sequence[str], about: dict[str, str]) -> None:
    """The moves of the chosen step, the latest first."""
    st.subheader("Every move of one step", anchor=False)
    name = st.selectbox("Step", list(reversed(judged)), key="cohorts_step", width=280)
    before = known.moves.summary["period_before"][known.names.index(name or judged[-1])]
    flows = known.moves.flows.filter(pl.col("period_before") == before)
    st.markdown(sentences.clear_flows(flows))
    rows = moves_of(flows)
    table(rows, f"Moves between groups of interest, {name}", key="cohorts_flows", columns=COLUMNS)
    export(rows, "migration", opened.meta, scope, key="cohorts_flow_rows", step=name, **about)
    keep(known, flows, before, name or "", about)


def moves_of(flows: pl.DataFrame) -> pl.DataFrame:
    """The flows from one group to another, as they are read: clear ones first, in points."""
    points = {
        new: pl.col(old) * 100 for new, old in (("points", "excess"), ("low_points", "low"), ("high_points", "high"))
    }
    moves = flows.filter(pl.col("from") != pl.col("to")).with_columns(**points)
    return moves.sort(~pl.col("clear"), pl.col("excess").abs(), descending=[False, True])


def keep(known: Found, flows: pl.DataFrame, before: date | int, name: str, about: dict[str, str]) -> None:
    """The people of one clear move, those of them whose groups are sure, as a list."""
    clear = flows.filter(pl.col("clear") & (pl.col("excess") > 0)).sort("excess", descending=True)
    if clear.is_empty():
        return
    pairs = list(zip(clear["from"], clear["to"], strict=True))
    called = dict(zip(known.groups.ids, known.groups.names, strict=True))
    pair = st.selectbox(
        "Save the people of a clear move", pairs, format_func=lambda each: f"{called[each[0]]} → {called[each[1]]}",
        key="cohorts_flow",
    )  # fmt: skip
    people = movers(known.moves.members, before, *(pair or pairs[0]))
    st.caption(
        "Only those whose groups are sure at both ends of the step, so that half of their visits would tell them: the "
        "others may have moved by chance."
    )
    what = f"{name}: {called[(pair or pairs[0])[0]]} to {called[(pair or pairs[0])[1]]}"
    lists.save_form(people, what[:80], {"page": "cohorts", "step": name, **about}, key="cohorts_migrants")


def movers(members: pl.DataFrame, before: date | int, left: int, joined: int) -> list[int]:
    """The numbers of the people who clearly left one group for another in the step that starts there."""
    step = members.filter(pl.col("period_before") == before, "confident")
    return step.filter(pl.col("before") == left, pl.col("after") == joined)["user"].to_list()


def groups_of(groups: Clusters, named: dict[str, str]) -> None:
    """What the members of each group are interested in, opened on demand."""
    shut = st.expander(
        "What the groups are interested in", icon=":material/groups:", on_change="rerun", key="cohorts_groups"
    )
    if not shut.open:
        return
    mixes = group_mixes(groups).filter(pl.col("interest").is_in(list(named)))
    told = (
        mixes.sort("group", pl.col("share") / pl.col("base"), descending=[False, True])
        .group_by("group", maintain_order=True)
        .head(TOP)
    )
    with shut:
        table(
            told.with_columns(called=pl.col("interest").replace(named)),
            "The interests that set each group apart", key="cohorts_group_mixes", columns=GROUPS,
        )  # fmt: skip
