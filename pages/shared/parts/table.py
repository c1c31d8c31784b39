"""A table that never sends more than fifty rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

ROWS = 50


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
        as_arrow(shown.select(wanted)),
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


def as_arrow(frame: pl.DataFrame) -> pa.Table:
    """The rows as they are sent: a Streamlit that is handed anything else goes through pandas first.

    A curve with a hole in it would be shown as text, so its gaps are zeros.
    """
    found = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    for place, kind in enumerate(found.schema.types):
        if pa.types.is_large_list(kind) and pa.types.is_floating(kind.value_type):
            lists = found.column(place).combine_chunks()
            ends = np.cumsum(pc.fill_null(pc.list_value_length(lists), 0).to_numpy())
            values = np.nan_to_num(lists.flatten().to_numpy(zero_copy_only=False)).astype(np.float32)
            sparks = pa.ListArray.from_arrays(np.append(0, ends).astype(np.int32), values)
            found = found.set_column(place, found.schema.names[place], sparks)
    return found


def page_of(frame: pl.DataFrame, key: str) -> tuple[int, pl.DataFrame]:
    """The number of the first row on the page that is open, and that page's rows."""
    pages = max(-(-frame.height // ROWS), 1)
    first = (min(int(st.session_state.get(f"{key}_page", 1)), pages) - 1) * ROWS
    return first, frame.slice(first, ROWS)
