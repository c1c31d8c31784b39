"""What one person did, event by event with the interest of each; and whom one can look at."""

from __future__ import annotations

import polars as pl

from analytics.choices import ASIDE, chosen
from analytics.counts import names
from analytics.people import people
from data.errors import InputError
from data.history import history
from data.scope import Scope
from data.store import Store

WEIGHTS = {"view": 1.0, "search": 1.0, "wishlist": 2.0, "cart": 3.0, "purchase": 5.0, "review": 3.0, "refund": -5.0}
"""What an event says of interest (for display and scoring only, never for tests); other types say nothing."""
MOST = 50
"""People that are listed to choose from."""
EVENT_SCHEMA: dict[str, pl.DataType] = {
    "time": pl.Datetime("us"), "moment": pl.Datetime("us"), "day": pl.Date(), "event_type": pl.String(),
    "item_id": pl.String(), "item": pl.String(), "query": pl.String(), "id": pl.String(), "name": pl.String(),
    "order_id": pl.String(), "visit": pl.String(), "weight": pl.Float64(),
}  # fmt: skip

ONE_SQL = "SELECT * EXCLUDE (u) FROM users WHERE user_no = $user_no"
LISTED = "u.user_no, u.first_day, u.last_day, u.orders, u.country, u.rfm"
ALL_SQL = f"SELECT {LISTED}, u.events FROM users u ORDER BY u.events DESC, u.user_no LIMIT $most"
SOME_SQL = f"""
SELECT {LISTED}, sum(d.events)::BIGINT AS events FROM user_day d JOIN users u ON u.u = d.u
WHERE d."by" = 'all' AND d.day BETWEEN $first AND $last{{where}}
GROUP BY ALL HAVING sum(d.events) > 0 ORDER BY events DESC, u.user_no LIMIT $most
"""
LINES = {"theme": "theme", "category": "category", "brand": "brand"}
LINE_SQL = """
SELECT s.item_id, s.query, n.id FROM subject s JOIN subject_line l ON l.s = s.s
JOIN shown_interest n ON n."by" = $by AND n.l = l.{line}
WHERE s.item_id IN (SELECT unnest($items)) OR (s.item_id IS NULL AND s.query IN (SELECT unnest($queries)))
"""
ITEM_SQL = "SELECT item_id, name AS item FROM items WHERE item_id IN (SELECT unnest($items))"


def listed(store: Store, scope: Scope, *, most: int = MOST) -> pl.DataFrame:
    """The people of a scope with most events: user_no, first_day, last_day, orders, country, rfm, events.

    `events` are those of the scope's days; the other columns are of the whole log.
    """
    if not scope.segments and scope.start is None and scope.end is None:
        return store.query(ALL_SQL, {"most": most})
    who = people(store, scope, personal=True)
    days = {"first": scope.start or store.meta.first_day, "last": scope.end or store.meta.last_day}
    return store.query(SOME_SQL.format(where=who.where), {**days, **who.params, "most": most})


def known_person(store: Store, *, user_no: int) -> dict[str, object]:
    """What is known of one person: the row of `users`. Raises InputError where there is no such person."""
    found = store.query(ONE_SQL, {"user_no": user_no})
    if found.is_empty():
        raise InputError("There is no person of that code in this store. Choose one from the list, or check the code.")
    return found.row(0, named=True)


def events_of(store: Store, *, user_no: int, by: str) -> pl.DataFrame:
    """Everything one person did, in order of time, with the interest each event belongs to: EVENT_SCHEMA.

    `time` and `day` are the shop's local ones, `moment` is UTC. `visit` is the log's session, else the day. `id` is
    one of ASIDE where an event belongs to no interest.
    """
    chosen("by", by, store.meta.bys)
    rows = history(store, user_no)
    items = rows["item_id"].drop_nulls().unique().to_list()
    queries = rows["query"].drop_nulls().unique().to_list()
    if by == "item":
        lines = pl.DataFrame({"item_id": items, "id": items}, {"item_id": pl.String, "id": pl.String})
        lines = lines.with_columns(query=pl.lit(None, pl.String))
    else:
        sql = LINE_SQL.format(line=LINES[by])
        lines = store.query(sql, {"by": by, "items": items, "queries": queries})
    called = store.query(ITEM_SQL, {"items": items})
    of_items = lines.filter(pl.col("item_id").is_not_null()).select("item_id", "id").unique("item_id")
    of_words = lines.filter(pl.col("item_id").is_null()).select("query", word="id").unique("query")
    nothing = ASIDE[0] if by == "theme" else ASIDE[1]
    frame = (
        rows.join(of_items, on="item_id", how="left", maintain_order="left")
        .join(of_words, on="query", how="left", maintain_order="left")
        .join(called, on="item_id", how="left", maintain_order="left")
        .with_columns(
            # The words of an event with an item belong to the item's interest.
            id=pl.when(pl.col("item_id").is_null()).then("word").otherwise("id").fill_null(nothing),
            visit=pl.coalesce("session", pl.col("day").cast(pl.String)),
            weight=pl.col("event_type").replace_strict(WEIGHTS, default=0.0, return_dtype=pl.Float64),
        )
    )
    shown = names(store, by).select("id", "name")
    frame = frame.join(shown, on="id", how="left", maintain_order="left")
    return frame.with_columns(pl.col("name").fill_null(pl.col("id"))).select(
        pl.col(name).cast(kind) for name, kind in EVENT_SCHEMA.items()
    )
