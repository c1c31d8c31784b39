"""The interest vector over time as ribbons, with the days around which the mix clearly changed."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from analytics.counts import names
from analytics.drift.counted import BYS
from analytics.figures import interest_colours
from analytics.figures.people import alt_ribbons, distinct, interest_ribbons, largest
from analytics.person import ALPHA, HALF_LIFE, Evolution, base_mix, events_of, evolution, grid
from analytics.person import moments as moments_of
from analytics.person.moments import MOMENTS
from analytics.sentences import people as sentences
from data.settings import Settings
from data.store import Store
from models.interest_mix import InterestMix
from models.interest_mix.periods import DAYS
from models.recommender.interests import load_forecast
from models.runs import find_run
from pages.model.models_views.choice import serving
from pages.model.people_views.controls import Asked
from pages.shared import cached, state
from pages.shared.parts import chart, empty, export
from pages.shared.parts.head import plain

AUTO = "auto"
COLOURED = 20
SPEEDS = [AUTO, "28", "90", "180", "365"]


def vector(
    store: Store, *, user_no: int, by: str, start: date | None, until: date, half_life: float
) -> Evolution:  # fmt: skip
    """A person's vector on every day of the grid up to `until`."""
    events = cached.answer(events_of, store, user_no=user_no, by=by).filter(pl.col("day") <= until)
    days = grid(max(events["day"][0], start or events["day"][0]), until) if events.height else []
    return evolution(events, cached.answer(base_mix, store, by=by), days, half_life=half_life, alpha=ALPHA)


def changes(store: Store, *, user_no: int, by: str, until: date) -> pl.DataFrame:
    """When a person's mix clearly changed; none where interests are too fine to be tested."""
    if by not in BYS:
        return pl.DataFrame(schema=MOMENTS)
    return moments_of(cached.answer(events_of, store, user_no=user_no, by=by).filter(pl.col("day") <= until))


def picture(store: Store, *, user_no: int, by: str, start: date | None, until: date, half_life: float) -> go.Figure:
    """The ribbons."""
    found = cached.answer(vector, store, user_no=user_no, by=by, start=start, until=until, half_life=half_life)
    marked = cached.answer(changes, store, user_no=user_no, by=by, until=until)
    if start is not None:
        marked = marked.filter(pl.col("day") >= start)
    known = dict(cached.answer(names, store, by=by).select("id", "name").iter_rows())
    palette = colours_of(store, user_no=user_no, by=by)
    return interest_ribbons(found.shares, known, palette=palette, moments=marked)


def colours_of(store: Store, *, user_no: int, by: str) -> dict[str, str]:
    """The colours of a person's interests, the same on every picture of the page, whatever its knobs."""
    meta = store.meta
    about = {"start": None, "until": meta.last_day, "half_life": HALF_LIFE}
    found = cached.answer(vector, store, user_no=user_no, by=by, **about)
    shop = cached.answer(interest_colours, store, by=by)
    return {**shop, **distinct(largest(found.shares, COLOURED), shop)}


def half_life() -> float:
    """The chosen half-life in days; left open, the one by which the active run foretells interests."""
    chosen = st.session_state.get(state.FADING) or AUTO
    return float(chosen) if chosen != AUTO else learnt() or HALF_LIFE


def learnt() -> float | None:
    """The half-life in days that the active run chose on what people did later; None where there is none."""
    run = serving()
    forecast = cached.held(forecast_of, state.settings(), run.id) if run else None
    return forecast.half_life * DAYS if forecast else None


def forecast_of(here: Settings, run: str) -> InterestMix | None:
    """The interest forecast of a run."""
    return load_forecast(find_run(here, run).folder)


def said_days(days: float) -> str:
    """A half-life in words.

    >>> said_days(168.0), said_days(float("inf"))
    ('168 days', 'nothing fades')
    """
    return "nothing fades" if days == float("inf") else f"{days:.0f} days"


def evolved(opened: Store, asked: Asked) -> Evolution:
    """The vector as the knobs stand."""
    found: Evolution = cached.answer(
        vector, opened, start=asked.start, until=asked.until, half_life=half_life(), **asked.knobs
    )
    return found


def called(opened: Store, asked: Asked) -> dict[str, str]:
    """Names of interests by their ids."""
    return dict(cached.answer(names, opened, by=asked.by).select("id", "name").iter_rows())


def draw(opened: Store, asked: Asked) -> None:
    """How quickly the past fades, the sentence, the ribbons."""
    st.subheader("Interests over time", anchor=False)
    st.segmented_control(
        "Days after which an event counts half", SPEEDS, default=AUTO, required=True, key=state.FADING,
        bind="query-params", help="How long interest lasts in this shop stands on the page Drift.",
    )  # fmt: skip
    if (st.session_state.get(state.FADING) or AUTO) == AUTO:
        best = learnt()
        st.caption(
            f"auto: {HALF_LIFE:.0f} days, until a trained model has chosen better."
            if best is None
            else f"auto: {said_days(best)}, by which the model foretold best what people did next."
        )
    found = evolved(opened, asked)
    if found.known.is_empty() or not found.known["weight"].max():
        empty(
            "Nothing this person did up to here belongs to an interest. Choose another kind of interest or more days."
        )
        return
    marked = cached.answer(changes, opened, until=asked.until, **asked.knobs)
    known = called(opened, asked)
    if asked.by in BYS:
        st.markdown(plain(sentences.changed(marked, known)))
    else:
        st.markdown("Whether the mix changed is told by theme or category; single brands and items are too few.")
    about = {"start": asked.start, "until": asked.until, "half_life": half_life(), **asked.knobs}
    chart(cached.picture(picture, opened, **about), alt_ribbons(found.shares, known, marked), "person-interests",
          key="people_ribbons")  # fmt: skip
    effective = float(found.known["effective"][-1])
    st.caption(
        f"At the left end it is mostly everybody's mix; at the right it stands on what counts as {effective:.0f} events"
        " of today."
    )
    export(found.shares, "person-interests", opened.meta, asked.scope, key="people_interests", person=asked.code,
           half_life=half_life())  # fmt: skip
