"""A table that never sends more than fifty rows."""

from collections.abc import Callable
from typing import Any

import polars as pl
import polars.selectors as cs
import streamlit as st

ROWS = 50
SPARKS = cs.by_dtype(pl.List(pl.Float64)).list.eval(pl.element().fill_nan(None).fill_null(0).cast(pl.Float32))
"""A curve with a hole in it would be shown as text."""


def table(
    frame: pl.DataFrame,
    alt: str,
    *,
    key: str,
    columns: dict[str, Any] | None = None,
    on_pick: Callable[[list[int]], None] | None = None,
) -> None:
    """Draw the rows of one page and, if there are more, the way to the others.

    `columns` names what is shown, in order. `on_pick` is called with the numbers of the chosen rows in `frame`.
    """
    first, shown = page_of(frame, key)
    options: dict[str, Any] = {}
    if on_pick:
        options = {"selection_mode": "single-row"}
        options["on_select"] = lambda: on_pick([first + row for row in st.session_state[key].selection.rows])
    wanted = list(columns) if columns else shown.columns
    st.dataframe(
        shown.select(wanted).with_columns(SPARKS),
        column_config=columns,
        hide_index=True,
        placeholder="–",
        key=key,
        alt=alt,
        **options,
    )
    if frame.height > ROWS:
        st.caption(
            f"Rows {first + 1} to {first + shown.height} of {frame.height:,}. Clicking a heading sorts these rows "
            "only; the export holds all."
        )
        st.pagination(-(-frame.height // ROWS), key=f"{key}_page", max_visible_pages=5, width="stretch")


def page_of(frame: pl.DataFrame, key: str) -> tuple[int, pl.DataFrame]:
    """The number of the first row on the page that is open, and that page's rows."""
    pages = max(-(-frame.height // ROWS), 1)
    first = (min(int(st.session_state.get(f"{key}_page", 1)), pages) - 1) * ROWS
    return first, frame.slice(first, ROWS)
