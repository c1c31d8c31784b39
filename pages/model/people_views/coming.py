"""What comes next for this person: items with their reasons, interests now and next."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.figures.people import alt_mix_dots, mix_dots
from analytics.sentences import people as sentences
from data.store import Store
from pages.model.models_views.choice import serving
from pages.model.people_views import asking
from pages.model.people_views.controls import Asked
from pages.model.people_views.vector import colours_of
from pages.shared import cached
from pages.shared.parts import chart, empty, export, table
from pages.shared.parts.head import plain

ITEMS = {
    "name": st.column_config.TextColumn("Item", width=230),
    "score": st.column_config.NumberColumn("Chance", format="percent", width=80, help="That it is what comes next."),
    "because": st.column_config.TextColumn("Why", width=680, help="Without these it would rank lower."),
}
NO_RUN = "No model serves yet, so nothing is foretold; history and interests stand without one."


def draw(opened: Store, asked: Asked) -> None:
    """The sentence, ten items, the interests."""
    st.subheader("What comes next", anchor=False)
    run = serving()
    if run is None:
        empty(NO_RUN, icon=":material/model_training:")
        st.page_link("pages/model/models.py", label="Train one on the page Models", icon=":material/model_training:")
        return
    found = cached.answer(asking.foretold, opened, run=run.id, until=asked.until, **asked.knobs)
    items, interests = items_of(found.items), interests_of(found.interests)
    st.markdown(plain(sentences.ahead(items, interests)))
    if run.metrics.get("data_version") != opened.version:
        st.caption("The model was trained on an earlier version of the data; this history is as it is now.")
    if items.height:
        table(
            items,
            "The ten items that most likely come next, the likeliest first, with reasons",
            key="people_next",
            columns=ITEMS,
        )
        export(items, "person-next", opened.meta, asked.scope, key="people_next_items", person=asked.code, run=run.id)
    if interests.height:
        st.caption("Interests now and over the next 28 days: the band holds the share that is seen in 80 of 100 cases.")
        about = {"run": run.id, "until": asked.until, **asked.knobs}
        chart(cached.picture(picture, opened, **about), alt_mix_dots(interests), "person-next", key="people_mix")


def picture(store: Store, *, run: str, user_no: int, by: str, until: date) -> go.Figure:
    """Interests now and next."""
    found = cached.answer(asking.foretold, store, run=run, until=until, user_no=user_no, by=by)
    return mix_dots(interests_of(found.interests), palette=colours_of(store, user_no=user_no, by=by))


def items_of(found: list[dict[str, Any]]) -> pl.DataFrame:
    """The items of an answer, best first: place, item_id, name, score, because."""
    rows = [
        (place, each["item_id"], each["name"], each["score"], sentences.because(each["reasons"]))
        for place, each in enumerate(found, 1)
    ]
    kinds = {"place": pl.Int64, "item_id": pl.String, "name": pl.String, "score": pl.Float64, "because": pl.String}
    return pl.DataFrame(rows, kinds, orient="row")


def interests_of(found: list[dict[str, Any]]) -> pl.DataFrame:
    """The interests of an answer: interest, name, now, next, low, high."""
    rows = []
    for each in found:
        low, high = each.get("interval") or (None, None)
        rows.append((each["interest"], each.get("name") or each["interest"], each["now"], each["next"], low, high))
    numbers = dict.fromkeys(("now", "next", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, {"interest": pl.String, "name": pl.String, **numbers}, orient="row")
