"""Home: what changed since last time?"""

from functools import partial

import polars as pl
import streamlit as st

from analytics.sentences import home as sentences
from analytics.summary import kpis, readiness
from data.scope import Scope
from data.store import Store
from pages.interest.alerts_views import news
from pages.shared import cached, offer, state
from pages.shared.parts import block, empty, explain, export, head, kpi_row, so_what, table

TOP = 5
INTERESTS = ("theme", "category", "brand", "item")
number = st.column_config.NumberColumn
COLUMNS = {
    "name": st.column_config.TextColumn("Interest", width="medium"),
    "spark": st.column_config.LineChartColumn("28 weeks", width="small", y_min=0),
    "change": number("Change", format="percent", help="Of the share, last 28 complete days against the 28 before."),
    "base": number("Base", format="localized", help="Events behind both windows."),
    "stage": st.column_config.TextColumn("Stage", width="small"),
}
READY = {
    "ready": ":green-badge[:material/check_circle: ready]",
    "partial": ":orange-badge[:material/error: in part]",
    "needs": ":gray-badge[:material/block: not yet]",
}


def moved(store: Store, scope: Scope, *, by: str, up: bool) -> pl.DataFrame:
    """The five clearest rises or falls of the share; only changes that are clear."""
    found = cached.judge(store, scope, by=by, metric="share", window=28, compare="previous").filter("clear")
    rise = pl.col("change").is_null() | (pl.col("change") > 0)
    return found.filter(rise).head(TOP) if up else found.filter(~rise).reverse().head(TOP)


def sentence_of(store: Store, scope: Scope) -> str:
    """How the shop does, and what moved in it."""
    return sentences.so_what(store, scope, figures=cached.answer(kpis, store, scope), judge=cached.judge)


def open_interest(rows: pl.DataFrame, picked: list[int]) -> None:
    """A chosen row opens that interest on the page Trends."""
    if picked:
        st.switch_page("pages/interest/trends.py", query_params={"interest": rows["id"][picked[0]]})


opened = offer.need_store(key="home")
scope = state.scope(opened.meta)
by = state.by(opened.meta, [kind for kind in opened.meta.bys if kind in INTERESTS])
head("Home", "What changed since last time?", opened.meta)
with block("The summary"):
    so_what(cached.answer(sentence_of, opened, scope))
with block("The key figures"):
    figures = cached.answer(kpis, opened, scope)
    kpi_row(figures, "28 days before")
for column, up, title in zip(st.columns(2, gap="medium"), (True, False), ("Rising", "Fading"), strict=True):
    with column, block(title):
        st.subheader(title, anchor=False)
        rows = cached.answer(moved, opened, scope, by=by, up=up)
        if rows.is_empty():
            empty(f"No {by} is clearly {title.lower()} now. Differences below what chance does are not shown.")
        else:
            table(
                rows, f"{title} interests with change, base and stage", key=f"home_{title.lower()}", columns=COLUMNS,
                on_pick=partial(open_interest, rows),
            )  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption("Choose a row to open it, or", width="content")
    st.page_link("pages/interest/trends.py", label="see every interest on Trends", icon=":material/trending_up:")
    export(figures, "home", opened.meta, scope, key="home_kpis")
with block("The alerts"):
    news.at_home(opened)
with block("What can be trusted"):
    st.subheader("What you can trust", anchor=False)
    known = cached.answer(readiness, opened).to_dict(as_series=False)
    facts = zip(known["page"], known["reason"], known["unlock"], strict=True)
    said = [f"**{page}.** {why}" + (f" *Would unlock more: {more}*" if more else "") for page, why, more in facts]
    columns = {"State": [READY[each] for each in known["state"]], "What it stands on": said}
    alt = "Which pages can be trusted with this data, and what would unlock the rest"
    st.table(columns, border="horizontal", hide_index=True, alt=alt)
explain(
    "Key figures cover the last 28 complete days of the log (or of the dates chosen) against the 28 days right before; "
    "the interval comes from the weeks on both sides, and a change whose interval spans zero is grey. *Rising* and "
    "*fading* list only interests whose share of events changed more than the ordinary differences from week to week, "
    "at 5 % false discoveries. A normal season counts as a change here: compare with last year on the page Trends."
)
