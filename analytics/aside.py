"""What has no interest: items far from every theme, or rows without a category or brand, and how much that is."""

from __future__ import annotations

import polars as pl

from data.store import Store

ASIDE_SQL = """
SELECT id, items, events, events / sum(events) OVER () AS share
FROM interests WHERE "by" = $by
QUALIFY id IN ('unsorted', 'none')
"""
WORDS = {
    "theme": "far from every theme and left unsorted",
    "category": "without a category",
    "brand": "without a brand",
}


def aside(store: Store, *, by: str) -> pl.DataFrame:
    """Events and items of the whole log that no interest of `by` holds: id, items, events, share; at most one row."""
    return store.query(ASIDE_SQL, {"by": by})


def aside_sentence(store: Store, *, by: str) -> str:
    """The same in words; '' where everything has its interest."""
    frame = aside(store, by=by)
    if by not in WORDS or frame.is_empty():
        return ""
    row = frame.row(0, named=True)
    if not row["items"]:
        return f"{row['share']:.1%} of all events name no item, searches for example: they are in no row of this table."
    count = f"{row['items']:,} items are" if row["items"] != 1 else "1 item is"
    return f"{count} {WORDS[by]}: {row['share']:.1%} of all events, in no row of this table."
