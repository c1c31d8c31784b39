"""Bringing a build up to date: what is counted again, and from what."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import polars as pl

from data.rollups import people, statements, stretches, visits
from data.rollups.counting import (
    COHORT_GRAINS,
    Kind,
    count_batch,
    empty_parts,
    keep_merged,
    keep_new,
    prepare_segments,
    shown_lines,
)
from data.rollups.files import BATCH_ROWS
from data.rollups.statements import load
from data.rollups.views import create_views
from data.settings import Settings
from data.sql import literal

LARGE = 5_000_000
"""Events from which people are judged once a week, not at every import."""
DEEP_BRANDS = 3_000_000
"""Events up to which brands are counted by segment, cohort and lifecycle too, beside categories or themes."""


@dataclass(frozen=True)
class ThemeMap:
    """Themes as the language model made them and as they are shown."""

    items: pl.DataFrame
    """[item_id, theme, similarity], 'unsorted' where an item has none."""
    queries: pl.DataFrame
    """[query, theme]."""
    final: pl.DataFrame
    """[raw, final]; final is null for an excluded theme."""
    names: pl.DataFrame
    """[theme, name]."""


def describe_items(connection: duckdb.DuckDBPyConnection, facts: pl.DataFrame) -> None:
    """Make the table of items: what the log says of each, overruled by `facts` [item_id, name, category, brand]."""
    load(connection, "item_fact", facts.select("item_id", "name", "category", "brand"))
    statements.run(connection, "item_dimension")


def bring_up_to_date(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    days: Collection[date],
    themes: ThemeMap,
    attributes: Sequence[str],
) -> None:
    """Count again what `days` (those of files that came or went) and changes of themes and items ask for."""
    before = _built(connection)
    _load_themes(connection, themes)
    kinds = visits.kept_kinds(connection, has_themes=not themes.items.is_empty())
    first, last, events = _reach(connection)
    large = events > LARGE
    as_of = people.people_day(last, large=large)
    shown = _shown(connection, kinds, events)
    deep, shallow = [kind for kind in shown if kind.deep], [kind for kind in shown if not kind.deep]
    now = {
        "kinds": kinds, "attributes": list(attributes), "deep": [k.by for k in deep], "large": large,
        "shown": [k.by for k in shown], "as_of": as_of.isoformat(),
    }  # fmt: skip
    moved = visits.number_subjects(connection)
    touched = set(days) | moved
    if any(before.get(key) != now[key] for key in ("kinds", "attributes")):
        touched |= {day for (day,) in connection.execute("select distinct day from file_day").fetchall()}
    visits.touch(connection, touched)
    people.prepare_reach(connection, first, last, as_of, large=large)

    part = bool(before) and not moved and before.get("kinds") == kinds and before.get("attributes") == list(attributes)
    part = part and _rows(connection) <= min(BATCH_ROWS, 0.3 * events) and before.get("shown") == now["shown"]
    part = part and before.get("large") == large
    judged = date.fromisoformat(before["as_of"]) if "as_of" in before else None
    same_people = judged == as_of and all(day > as_of for day in touched) and before.get("deep") == now["deep"]
    remapped = _remapped(connection, themes) if before else []
    part_interests = part and same_people and not remapped
    recounted = not before or bool(touched) or any(before.get(key) != now[key] for key in ("shown", "deep", "large"))

    spans = stretches.touched_spans(touched) if part else pl.DataFrame()
    if touched and part:
        visits.read_moment(settings, connection, min(touched), max(touched), attributes)
        low, high = (f"date {literal(day)}" for day in (min(touched), max(touched)))
        statements.run(connection, "touched_people", low=low, high=high)
        _set_aside(connection, "before_", spans, kinds)
        visits.drop_days(connection, touched)
        visits.insert_moment(connection, kinds)
        _set_aside(connection, "after_", spans, kinds)
    elif touched:
        visits.read_days(settings, connection, touched, attributes, kinds)
    if recounted and not part_interests:
        people.judge_people(connection)
    masks = prepare_segments(connection, attributes)
    if recounted and not part_interests:
        people.size_cohorts(connection)
    if recounted:
        for kinds_shown, difference in ((deep, part_interests), (shallow, part)):
            if difference:
                _add_difference(connection, kinds_shown, spans, masks)
            else:
                _count_anew(connection, kinds_shown, first, last, masks)
    elif remapped:
        _recount_themes(connection, [kind for kind in deep if kind.by == "theme"], first, last, masks, remapped)
    create_views(connection, kinds, shown)
    for name in ("items", "interests", "segments"):
        statements.run(connection, name)
    _remember_built(connection, now, themes)


def _shown(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], events: int) -> list[Kind]:
    """Every kind of line that pages can show, those with segments, cohorts and lifecycles first."""
    has_brands = connection.execute("select count(brand) > 0 from item_dimension").fetchall()[0][0]
    found = [Kind("all", kinds[0], deep=True), *(Kind(kind, kind, deep=True) for kind in kinds if kind != "whole")]
    if has_brands:
        deep = kinds == ["whole"] or events <= DEEP_BRANDS
        found.append(Kind("brand", "brand", deep=deep))
    return [*found, Kind("item", "item", deep=False, light=events > LARGE)]


def _count_anew(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[Kind], first: date, last: date, masks: int,
    only: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Count kinds over the whole log, some months at a time."""
    if only is None:
        for table in {kind.table for kind in kinds}:
            connection.execute(f"drop table {table}")
        if any(kind.deep for kind in kinds):
            connection.execute("drop table cohort")
            connection.execute("drop table lifecycle")
        statements.run(connection, "schema")
    for kind in kinds:
        shown_lines(connection, kind, only)
        empty_parts(connection)
        for start, end in stretches.stretches(connection, first, last, "quarter" if kind.deep else "month"):
            spans = stretches.spans(start, end, last, is_first=start == first)
            until = max(end, *spans["day"].to_list())
            reach = f"v.day between date {literal(start)} and date {literal(until)}"
            _sources(connection, kind, "", reach)
            count_batch(connection, kind, spans, masks=masks, cohorts=kind.deep)
        keep_new(connection, kind)
        if kind.deep:
            people.keep_cohorts(connection, kind)
            people.follow_lifecycles(connection, kind)


def _add_difference(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[Kind], spans: pl.DataFrame, masks: int
) -> None:
    """Count the people of the touched days before and after, and add the difference to the touched periods."""
    load(connection, "touched_period", spans.select("grain", "start").unique())
    for kind in kinds:
        shown_lines(connection, kind)
        empty_parts(connection)
        for factor, prefix in ((-1, "before_"), (1, "after_")):
            _sources(connection, kind, prefix, "true")
            count_batch(connection, kind, spans, masks=masks, cohorts=False, factor=factor)
        keep_merged(connection, kind, min(spans["start"].to_list()))


COLUMNS = {
    "visit_source": "v.day, v.u, v.l, v.x, v.events",
    "item_source": "v.day, v.u, v.s, v.x",
    "sale_source": "v.day, v.u, v.s, v.x, v.revenue",
}
AFFECTED = (
    "v.day between date {low} and date {high}"
    " and (v.u in (select u from touched_person) or (v.u is null and v.day in (select day from touched_day)))"
)
"""The rows of the touched periods that can change a count: all of those whom the touched days know."""


def _set_aside(connection: duckdb.DuckDBPyConnection, prefix: str, spans: pl.DataFrame, kinds: Sequence[str]) -> None:
    """Copy the rows of the touched people in the touched periods as they are now."""
    days = spans["day"].to_list()
    affected = AFFECTED.format(low=literal(min(days)), high=literal(max(days)))
    for table in ("visit_item", "sale_item", *(f"visit_{kind}" for kind in kinds)):
        connection.execute(f"create or replace temp table {prefix}{table} as select * from {table} v where {affected}")


def _sources(connection: duckdb.DuckDBPyConnection, kind: Kind, prefix: str, condition: str) -> None:
    """The views a kind is counted from: rows of the tables of visits, or of those kept of them, on a condition."""
    table = {"visit_source": f"visit_{kind.kind}", "item_source": "visit_item", "sale_source": "sale_item"}
    for source, columns in COLUMNS.items():
        if kind.kind not in ("brand", "item") or source != "visit_source":
            connection.execute(
                f"create or replace temp view {source} as select {columns} from {prefix}{table[source]} v"
                f" where {condition}"
            )


def _recount_themes(
    connection: duckdb.DuckDBPyConnection,
    kinds: Sequence[Kind],
    first: date,
    last: date,
    masks: int,
    ids: Sequence[str],
) -> None:
    """Count anew the themes that took others in, lost them or came and went."""
    load(connection, "gone_id", pl.DataFrame({"id": list(ids)}, {"id": pl.String}))
    for table in ("interest_trend", "cohort", "lifecycle"):
        connection.execute(f"delete from {table} where \"by\" = 'theme' and id in (select id from gone_id)")
    _count_anew(connection, kinds, first, last, masks, only=ids)


def _remapped(connection: duckdb.DuckDBPyConnection, themes: ThemeMap) -> list[str]:
    """Shown themes whose parts are not those that the build counted."""
    old = connection.sql("select raw, final from theme_built").pl()
    both = old.join(themes.final, on="raw", how="full", coalesce=True, suffix="_now")
    changed = both.filter(pl.col("final").ne_missing(pl.col("final_now")))
    return sorted({name for column in ("final", "final_now") for name in changed[column].drop_nulls().to_list()})


def _rows(connection: duckdb.DuckDBPyConnection) -> int:
    """Events of the touched days as the lake now has them."""
    sql = "select coalesce(sum(events), 0) from file_day where day in (select day from touched_day)"
    return int(connection.execute(sql).fetchall()[0][0])


def _reach(connection: duckdb.DuckDBPyConnection) -> tuple[date, date, int]:
    first, last, events = connection.execute("select min(day), max(day), sum(events) from file_day").fetchall()[0]
    if first is None:  # nothing left: the tables are needed all the same, and empty
        return date(2000, 1, 1), date(2000, 1, 1), 0
    return first, last, int(events)


def _load_themes(connection: duckdb.DuckDBPyConnection, themes: ThemeMap) -> None:
    for name, frame in (
        ("item_theme", themes.items), ("query_theme", themes.queries), ("theme_final", themes.final),
        ("theme_name", themes.names),
    ):  # fmt: skip
        load(connection, name, frame)
    connection.execute(
        "create or replace temp table item_shown_theme as select i.item_id, f.final as theme, i.similarity"
        " from item_theme i left join theme_final f on f.raw = i.theme"
    )


def _built(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    try:
        rows = connection.execute("select key, value from built").fetchall()
    except duckdb.CatalogException:
        return {}
    return {key: json.loads(value) for key, value in rows}


def _remember_built(connection: duckdb.DuckDBPyConnection, facts: dict[str, object], themes: ThemeMap) -> None:
    """Note in the build what it was made with."""
    connection.execute("create or replace table built (key varchar, value varchar)")
    connection.executemany("insert into built values (?, ?)", [(k, json.dumps(v)) for k, v in sorted(facts.items())])
    load(connection, "theme_built", themes.final.sort("raw"), kind="table")


__all__ = ["COHORT_GRAINS", "LARGE", "ThemeMap", "bring_up_to_date", "describe_items"]
