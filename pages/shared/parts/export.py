"""Exports beside what they export: exactly the rows shown, with the filters and the data version in the file."""

import io
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from data.scope import Scope
from data.store import Meta


def export(frame: pl.DataFrame, name: str, meta: Meta, scope: Scope, *, key: str, **knobs: object) -> None:
    """A popover with the frame as CSV and Parquet, and a word on where the picture is."""
    about = description(name, meta, scope, **knobs)
    with st.popover("Export", icon=":material/download:", key=f"{key}_export"):
        st.caption(f"{frame.height:,} rows, with the filters and the data version written into the file.")
        st.download_button(
            "CSV", lambda: csv_bytes(frame, about), f"tideline-{name}.csv", "text/csv",
            key=f"{key}_csv", on_click="ignore", icon=":material/table_rows:", width="stretch",
        )  # fmt: skip
        st.download_button(
            "Parquet", lambda: parquet_bytes(frame, about), f"tideline-{name}.parquet",
            "application/vnd.apache.parquet",
            key=f"{key}_parquet", on_click="ignore", icon=":material/dataset:", width="stretch",
        )  # fmt: skip
        st.caption(":material/photo_camera: The camera above the chart saves it as a PNG picture.")


def description(name: str, meta: Meta, scope: Scope, **knobs: object) -> dict[str, str]:
    """The filters, version and time that an exported file carries."""
    about = {"table": name, "data version": str(meta.data_version), "data": meta.sample or "own log"}
    about["from"] = str(scope.start or meta.first_day)
    about["to"] = str(scope.end or meta.last_day)
    about["segments"] = "; ".join(f"{segment}={value}" for segment, value in scope.segments) or "everybody"
    about |= {knob: str(value) for knob, value in knobs.items()}
    about["exported"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return about


def csv_bytes(frame: pl.DataFrame, about: dict[str, str]) -> bytes:
    """The frame as CSV under comment lines that start with #. Cells that hold lists are joined by spaces."""
    lines = "".join(f"# {name}: {value}\n" for name, value in about.items())
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    flat = frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(" ")) if lists else frame
    return lines.encode() + flat.write_csv().encode()


def parquet_bytes(frame: pl.DataFrame, about: dict[str, str]) -> bytes:
    """The frame as Parquet; what it is about stands in the file's key-value metadata."""
    out = io.BytesIO()
    frame.write_parquet(out, metadata=about)
    return out.getvalue()
