"""What the test of people reads, counted in the published store: blocks of users, with sums first, visits on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from analytics.choices import ASIDE, chosen
from analytics.drift.people import LEAST_EVENTS, LEAST_VISITS
from analytics.drift.sums import LINE_COLUMNS, PEOPLE_COLUMNS, POWER_NAMES, ROW_COLUMNS, SIDES, Block
from analytics.people import people
from analytics.visits import BEGAN_SQL
from analytics.windows import Window
from data.errors import InputError
from data.scope import Scope
from data.store import Store

BYS = ("theme", "category")
"""The kinds of interest that visits are kept of."""
PEOPLE_AT_ONCE = 100_000
"""So many people's rows, some million, fit into the memory that a page's connection may use."""

REACH_SQL = "SELECT coalesce(max(u), 0) AS last FROM person"
PLAIN = "visit_interest d"
PLACED = """(
    SELECT '{by}' AS "by", v.day, v.u, v.v, n.id, v.events, c.country, c.platform
    FROM visit_{by} v JOIN shown_interest n ON n."by" = '{by}' AND n.l = v.l JOIN context c ON c.x = v.x
) d"""
"""The same rows with where they came from; `by` is one of BYS."""
JOINED = " LEFT JOIN users u ON u.u = d.u"

# One day is read on either side of each window: a visit that began before a window is not in it, one that ends behind
# it is whole.
VISITS_SQL = """
WITH taken AS (
    SELECT d.u, d.day, d.v, d.id, d.events FROM {rows}
    WHERE d."by" = $by AND d.u > $above AND d.u <= $upto
        AND (d.day BETWEEN $b0::DATE - 1 AND $b1::DATE + 1 OR d.day BETWEEN $a0::DATE - 1 AND $a1::DATE + 1){filters}
), {began}, placed AS (
    SELECT t.u, t.v, t.id, t.events, coalesce(b.start, t.day) AS start
    FROM taken t LEFT JOIN began b ON b.u = t.u AND b.v = t.v AND b.day = t.day
    WHERE t.id NOT IN {aside}
), visit AS MATERIALIZED (
    SELECT u, start >= $a0::DATE AS is_after, start, v, id, sum(events)::BIGINT AS n
    FROM placed WHERE start BETWEEN $b0::DATE AND $b1::DATE OR start BETWEEN $a0::DATE AND $a1::DATE
    GROUP BY u, start, v, id
)"""
SUMS_SQL = """, size AS (
    SELECT u, is_after, sum(n)::DOUBLE AS n FROM visit GROUP BY u, is_after, start, v
), person AS (
    SELECT u, {powers} FROM size GROUP BY u
), line AS (
    SELECT u, id, {sums} FROM visit WHERE u IN (SELECT u FROM person WHERE {enough}) GROUP BY u, id
)
SELECT u AS "user", NULL::VARCHAR AS interest, * EXCLUDE u FROM person
UNION ALL BY NAME
SELECT u AS "user", id AS interest, * EXCLUDE (u, id) FROM line
"""
ROWS_SQL = """
SELECT is_after, u AS "user", datediff('day', $b0::DATE, start) * 65536 + v AS visit, id AS interest, n FROM visit
"""
SOME = " AND d.u IN (SELECT unnest($users))"


@dataclass(frozen=True)
class Question:
    """Whose visits are counted between which windows."""

    store: Store
    scope: Scope
    by: str
    before: Window
    after: Window
    least_events: int = LEAST_EVENTS
    least_visits: int = LEAST_VISITS


def blocks(question: Question, only: pl.Series | None = None) -> Iterator[Block]:
    """Everybody known who came in either window, in blocks, to be handed to `drift_of`; user is `u` of the store. With
    `only`, none but those of them.

    Lines are made only for those with enough data. Of the scope people and segments count, not dates and interests;
    events without an interest ('unsorted', 'none') say nothing of interests and are left out.
    """
    check(question)
    last = int(question.store.query(REACH_SQL)["last"][0])
    for above in range(0, max(last, 1), PEOPLE_AT_ONCE):
        upto = above + PEOPLE_AT_ONCE
        some = None if only is None else only.filter((only > above) & (only <= upto)).to_list()
        if some is None or some:
            yield _block(question, above, upto, some)


def check(question: Question) -> None:
    """Refuse what this log cannot answer."""
    chosen("by", question.by, [by for by in BYS if by in question.store.meta.bys])
    if question.before.end >= question.after.start:
        raise InputError(f"The windows overlap or are swapped: {question.before} and {question.after}. Part them.")
    people(question.store, question.scope, personal=True)


def block_of(question: Question, user: int) -> Block:
    """One person's block, for `evidence`: with lines however little there is."""
    return _block(replace(question, least_events=0, least_visits=0), user - 1, user)


def _block(question: Question, above: int, upto: int, some: list[int] | None = None) -> Block:
    reach: dict[str, object] = {"above": above, "upto": upto}
    least = {"events": question.least_events, "visits": question.least_visits}
    powers = [(f"{name}_{side}", power, side) for side in SIDES for power, name in enumerate(POWER_NAMES)]
    sql = SUMS_SQL.format(
        powers=", ".join(
            f"coalesce(sum(n ** {power}) FILTER ({_in(side)}), 0) AS {name}" for name, power, side in powers
        ),
        sums=", ".join(
            f"coalesce(sum({value}) FILTER ({_in(side)}), 0)::BIGINT AS {name}"
            for value, prefix in (("n", ""), ("n * n", "squares_"))
            for side, name in ((side, prefix + side) for side in SIDES)
        ),
        enough=" AND ".join(f"{what}_{side} >= {number}" for what, number in least.items() for side in SIDES),
    )
    found = _ask(question, sql, reach) if some is None else _ask(question, sql, {**reach, "users": some}, SOME)
    whole = [pl.col(name).cast(pl.Int64) for name in PEOPLE_COLUMNS if name.startswith(("visits", "events"))]
    return Block(
        found.filter(pl.col("interest").is_null()).select(PEOPLE_COLUMNS).with_columns(whole),
        found.filter(pl.col("interest").is_not_null())
        .select(LINE_COLUMNS)
        .with_columns(pl.col(LINE_COLUMNS[2:]).cast(pl.Int64)),
        lambda users: _ask(question, ROWS_SQL, {**reach, "users": users.to_list()}, SOME).select(ROW_COLUMNS),
    )


def _in(side: str) -> str:
    return "is_after" if side == "after" else "NOT is_after"


def _ask(question: Question, sql: str, params: dict[str, object], filters: str = "") -> pl.DataFrame:
    """The answer of VISITS_SQL and what follows it, about the question's windows and people."""
    who = people(question.store, question.scope, personal=True)
    filters = who.where + filters
    rows = PLACED.format(by=question.by) if any(f"d.{name} " in filters for name in ("country", "platform")) else PLAIN
    head = VISITS_SQL.format(rows=rows + (JOINED if "u." in who.where else ""), filters=filters, aside=ASIDE,
                             began=BEGAN_SQL)  # fmt: skip
    windows = {"b0": question.before.start, "b1": question.before.end,
               "a0": question.after.start, "a1": question.after.end}  # fmt: skip
    return question.store.query(head + sql, {"by": question.by, **windows, **params, **who.params})
