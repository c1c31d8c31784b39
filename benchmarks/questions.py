"""Every question that a page asks of a store, over the filters a visitor can set, and what its SQL costs."""

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analytics import quality, segments, summary
from analytics.choices import segment_of
from analytics.cohorts import cell_users, cohort_mix, cohort_sizes, moved_to, others_mix, retention
from analytics.interest_table import interest_table, item_table
from analytics.lifecycle import lifecycle
from analytics.people import SEGMENT_COLUMN
from analytics.risers import risers
from analytics.trends import ITEM_OF_SQL, compared, item_trend, trend
from data.lists import lists
from data.scope import Scope
from data.settings import Settings
from data.store import Store

LARGEST_SQL = """
select id from interests where "by" = $by and id not in ('none', 'unsorted') order by events desc, id limit 1
"""
TOP = 8
"""Lines of a chart."""
GRAINS = ("day", "week", "month")
FAR_FROM_THE_BAR = 0.04


@dataclass(frozen=True)
class Question:
    """What is asked, with which knobs, and the call."""

    name: str
    about: str
    wide: bool
    """Among the people of a list or of two segments at once: no counts lie ready, rows of people are gone through."""
    ask: Callable[[], object]


@dataclass
class Cost:
    """The CPU of one question with one set of knobs, in ms."""

    about: str
    wide: bool
    query_ms: float
    """Its slowest SQL query, median of the rounds."""
    answer_ms: float
    """The whole answer, median of the rounds: SQL and all that is made of it."""
    sql: str


class Clocked(Store):
    """A store that notes the process CPU (all threads) of every query, by SQL and values."""

    def __init__(self, path: Path, settings: Settings) -> None:
        super().__init__(path, settings)
        self.noted: dict[tuple[str, str], list[float]] = defaultdict(list)

    def query(self, sql: str, params: Sequence[object] | Mapping[str, object] = ()) -> pl.DataFrame:
        before = time.process_time()
        found = super().query(sql, params)
        self.noted[sql, repr(params)].append(time.process_time() - before)
        return found


def measure(store: Clocked, rounds: int, every: int = 1) -> dict[str, list[Cost]]:
    """The cost of every question that has a query, by the name of its function.

    Asked `rounds` times, but once only where the first time, the slowest, is far from the bar. With `every`, only one
    in so many with the same function is asked.
    """
    found: dict[str, list[Cost]] = defaultdict(list)
    seen: Counter[tuple[str, bool]] = Counter()
    for question in questions(store):
        seen[question.name, question.wide] += 1
        if (seen[question.name, question.wide] - 1) % every:
            continue
        store.noted.clear()
        whole = []
        for _ in range(rounds):
            before = time.process_time()
            question.ask()
            whole.append(time.process_time() - before)
            if max((max(times) for times in store.noted.values()), default=0.0) < FAR_FROM_THE_BAR:
                break
        if not store.noted:
            continue
        slowest, (sql, _) = max((statistics.median(times), key) for key, times in store.noted.items())
        answer = statistics.median(whole) * 1e3
        found[question.name].append(Cost(question.about, question.wide, slowest * 1e3, answer, " ".join(sql.split())))
    return found


def scopes(store: Store) -> dict[str, Scope]:
    """Everybody, a middling value of every segment, two segments at once, and a saved list where there is one."""
    found = {"everybody": Scope()}
    for name, wanted in (("country", "France"), ("rfm", "champions"), ("cohort", None)):
        if name in store.meta.segments:
            values = [value for segment, value in segments.segment_values(store) if segment == name]
            value = wanted if wanted in values else values[len(values) // 2]
            found[f"{name}={value}"] = Scope(segments=((name, value),))
    both = [pair for label in found if label.startswith(("country", "rfm")) for pair in found[label].segments]
    if len(both) == 2:
        found["country and rfm"] = Scope(segments=tuple(both))
    for saved in lists(store.settings)[:1]:
        found["list"] = Scope(segments=(("list", saved.id),))
    return found


def is_wide(scope: Scope, by: str = "") -> bool:
    """Whether a question goes through rows of people: see `Question.wide`."""
    names = {name for name, _ in scope.segments} | {segment_of(by)} - {None}
    return "list" in names or len(names) > 1


def questions(store: Store) -> Iterator[Question]:
    """Everything that pages ask, one set of knobs at a time."""

    def each(function: Callable[..., object], scope: Scope, label: str, **knobs: Any) -> Question:
        about = " ".join([label, *(f"{value}" for value in knobs.values())])
        wide = is_wide(scope, str(knobs.get("by", "")))
        return Question(function.__name__, about, wide, lambda: function(store, scope, **knobs))

    for label, scope in scopes(store).items():
        yield from _about_trends(store, scope, label, each)
        yield from _about_cohorts(store, scope, label, each)
        yield each(summary.kpis, scope, label)
    for by in _interests(store):
        for grain in ("week", "month"):
            yield each(lifecycle, Scope(), "everybody", by=by, grain=grain)
    yield each(quality.by_day, Scope(), "everybody")
    yield Question("segment_values", "", False, lambda: segments.segment_values(store))
    yield Question("readiness", "", False, lambda: summary.readiness(store))


def _about_trends(store: Store, scope: Scope, label: str, each: Callable[..., Question]) -> Iterator[Question]:
    largest = {by: _largest(store, by) for by in store.meta.bys if by in ITEM_OF_SQL}
    # The values of a free attribute can be compared over all people only.
    lines = [f"segment:{name}" for name in store.meta.segments if name in SEGMENT_COLUMN or not scope.segments]
    for by in ("all", *store.meta.bys, *lines):
        for grain in GRAINS:
            for metric in ("share", "users", "revenue"):
                yield each(trend, scope, label, by=by, metric=metric, grain=grain, top=TOP)
            yield each(compared, scope, label, by=by, metric="share", grain=grain, compare="last-year", top=TOP)
            if by != "all":
                yield each(interest_table, scope, label, by=by, metric="users", grain=grain)
            if by in largest:
                drill = {"by": by, "interest": largest[by], "metric": "users", "grain": grain}
                yield each(item_trend, scope, label, top=TOP, **drill)
                yield each(item_table, scope, label, **drill)
        if by != "all":
            for metric in ("share", "users"):
                yield each(risers, scope, label, by=by, metric=metric)


def _about_cohorts(store: Store, scope: Scope, label: str, each: Callable[..., Question]) -> Iterator[Question]:
    for cohort in ("week", "month", "quarter"):
        sizes = cohort_sizes(store, scope, cohort=cohort)
        if sizes.is_empty():
            continue
        start = sizes.sort("size")["cohort"][-1]
        yield each(cohort_sizes, scope, label, cohort=cohort)
        yield each(retention, scope, label, cohort=cohort)
        cell = _cell(store, scope, cohort, start)
        yield Question("cell_users", f"{label} {cohort}", is_wide(scope), cell)
        for by in _interests(store):
            for function in (cohort_mix, others_mix, moved_to):
                yield each(function, scope, label, cohort=cohort, by=by, start=start)


def _cell(store: Store, scope: Scope, cohort: str, start: Any) -> Callable[[], object]:
    return lambda: cell_users(store, cohort=cohort, start=start, age=1, scope=scope)


def _interests(store: Store) -> list[str]:
    """The kinds of interest that people are followed by."""
    return [by for by in store.meta.deep if by != "all"]


def _largest(store: Store, by: str) -> str:
    found = store.query(LARGEST_SQL, {"by": by})
    return str(found["id"][0])
