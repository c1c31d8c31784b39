"""What is asked about one person's interests over time: vector, changes, their words and picture, each counted once."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

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
from pages.shared import cached, state, wording

AUTO = "auto"
COLOURED = 20
"""Interests of a person that are given a colour before the others."""


class Told(NamedTuple):
    """What is said of a person's interests."""

    turned: str
    changed: str
    """'' where interests are too fine to be tested."""
    alt: str
    effective: float
    """Events of today that would say as much as all the person did; 0 where nothing belongs to an interest."""


def vector(store: Store, *, user_no: int, by: str, start: date | None, until: date, half_life: float) -> Evolution:
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


def told(store: Store, *, user_no: int, by: str, start: date | None, until: date, half_life: float) -> Told:
    """What a person's interests were and are, and when they changed, in words."""
    found = cached.answer(vector, store, user_no=user_no, by=by, start=start, until=until, half_life=half_life)
    marked = cached.answer(changes, store, user_no=user_no, by=by, until=until)
    known = dict(cached.answer(names, store, by=by).select("id", "name").iter_rows())
    touched = not found.known.is_empty() and found.known["weight"].max() != 0
    return Told(
        sentences.turned(wording.code(user_no), found.shares, found.known, known),
        sentences.changed(marked, known) if by in BYS else "",
        alt_ribbons(found.shares, known, marked),
        float(found.known["effective"][-1]) if touched else 0.0,
    )


def about(asked: Asked) -> dict[str, Any]:
    """What these questions take, as the knobs stand."""
    return {"start": asked.start, "until": asked.until, "half_life": half_life(), **asked.knobs}


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
