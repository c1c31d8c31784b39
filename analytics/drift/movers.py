"""Who moved between two windows, asked of the published store: the people, from what to what, how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from analytics.counts import names
from analytics.drift.counted import Question, block_of, check
from analytics.drift.discoveries import Share, cut, share_changed
from analytics.drift.found import told, window_of
from analytics.drift.kept import Form, kept
from analytics.drift.kept_people import people_drift
from analytics.drift.last_year import last_year
from analytics.drift.people import CHANGED, LEVEL, TOO_LITTLE, evidence
from analytics.windows import YEAR, Window
from data.errors import InputError
from data.scope import Scope
from data.store import Store

MOVER_SCHEMA = {
    "user_no": pl.Int64, "from": pl.Utf8, "to": pl.Utf8, "from_name": pl.Utf8, "to_name": pl.Utf8,
    "strength": pl.Float64, "effect": pl.Float64, "p": pl.Float64, "q": pl.Float64, "events_before": pl.Int64,
    "events_after": pl.Int64, "visits_before": pl.Int64, "visits_after": pl.Int64,
}  # fmt: skip
PEOPLE_SQL = "SELECT u, user_no FROM person WHERE u IN (SELECT unnest($people))"
NUMBER_SQL = "SELECT u FROM person WHERE user_no = $user_no"


@dataclass(frozen=True)
class Movers:
    """Whose interest moved, and how many could be asked."""

    people: pl.DataFrame
    """MOVER_SCHEMA, the surest first: everybody whose q is at most `level`."""
    tested: int
    not_enough: int
    """People who came in either window and have too few events or visits in one of them."""
    level: float
    cut: float | None
    """The largest p on the list."""
    share: Share | None
    """The estimated share of the tested that changed, found out or not."""
    season: Window | None
    """The earlier window of the season that was taken out, a year before; None where the log does not reach back."""

    @property
    def drifted(self) -> int:
        return self.people.height


def movers(
    store: Store,
    scope: Scope,
    *,
    by: str,
    before: Window,
    after: Window,
    level: float = LEVEL,
    with_season: bool = True,
) -> Movers:
    """Everybody whose mix of interests changed between two windows (`analytics.drift.people.drift_of`).

    Of the scope segments count; its interests keep those who left or took up one of them, after the test, so that the
    rate of false discoveries stays that of everybody tested.
    """
    question = Question(store, scope, by, before, after)
    check(question)

    def count() -> Movers:
        return _counted(question, level, with_season=with_season)

    about = (scope.segments, scope.interests, by, str(before), str(after), level, with_season)
    return kept(store, MOVERS, count, "movers", *about)


def _counted(question: Question, level: float, *, with_season: bool) -> Movers:
    scope = question.scope
    season = last_year(question) if with_season else None
    judged = people_drift(question, season, level)
    known = judged["p"].drop_nulls().to_numpy()
    found = judged.filter(pl.col("verdict") == CHANGED)
    if scope.interests:
        wanted = list(scope.interests)
        found = found.filter(pl.col("from").is_in(wanted) | pl.col("to").is_in(wanted))
    return Movers(
        _named(question.store, question.by, found),
        len(known),
        judged.filter(pl.col("verdict") == TOO_LITTLE).height,
        level,
        cut(known, level),
        share_changed(known),
        question.before.moved(-YEAR) if season is not None else None,
    )


def _apart(found: Movers) -> tuple[pl.DataFrame, dict[str, Any]]:
    plain = {field.name: getattr(found, field.name) for field in fields(Movers) if field.name != "people"}
    share = found.share._asdict() if found.share else None
    return found.people, {**plain, "share": share, "season": told(found.season) if found.season else None}


def _together(frame: pl.DataFrame, facts: dict[str, Any]) -> Movers:
    share = Share(**facts["share"]) if facts["share"] else None
    season = window_of(facts["season"]) if facts["season"] else None
    return Movers(frame, **{**facts, "share": share, "season": season})


MOVERS = Form(_apart, _together)


def mover(store: Store, scope: Scope, *, by: str, before: Window, after: Window, user_no: int) -> pl.DataFrame:
    """What one person left and took up, by the same test (`analytics.drift.people.evidence`), with names.

    Columns: interest, name, before, after, share_before, share_after, expected, residual.
    """
    number = store.query(NUMBER_SQL, {"user_no": user_no})["u"].to_list()
    if not number:
        raise InputError(f"There is no person {user_no} in this store. Choose one from the list of movers.")
    question = Question(store, scope, by, before, after, least_events=1, least_visits=1)
    season = last_year(question)
    found = evidence(block_of(question, number[0]), number[0], season)
    named = names(store, by).select(interest="id", name="name")
    found = found.join(named, on="interest", how="left", maintain_order="left")
    return found.select("interest", pl.col("name").fill_null(pl.col("interest")), pl.exclude("interest", "name"))


def _named(store: Store, by: str, found: pl.DataFrame) -> pl.DataFrame:
    """The people by their lasting number instead of the store's own, their interests with names."""
    people = store.query(PEOPLE_SQL, {"people": found["user"].to_list()}).select(user="u", user_no="user_no")
    called = dict(names(store, by).select("id", "name").iter_rows())
    found = found.join(people, on="user", how="inner", maintain_order="left")
    for side in ("from", "to"):
        found = found.with_columns(pl.col(side).replace(called).alias(f"{side}_name"))
    return found.select(pl.col(name).cast(kind) for name, kind in MOVER_SCHEMA.items())
