"""Heavy imports, done once per process and then left out of every later garbage collection.

Streamlit collects after each rerun; without the freeze that walks every object of pandas, plotly and friends and is
the largest cost of a small rerun. Import this before reading data, so that only start-up objects are frozen.
"""

import atexit
import gc

import duckdb  # noqa: F401
import pandas  # noqa: F401  streamlit imports it at the first table
import plotly.graph_objects  # noqa: F401
import polars  # noqa: F401
import pyarrow  # noqa: F401

import analytics.cohorts
import analytics.figures
import analytics.lifecycle
import analytics.risers
import analytics.summary
import analytics.trends  # noqa: F401

SETTLED: set[str] = set()
"""The pages that have run once in this process, and with them every import that a first run makes."""


def settle(page: str) -> None:
    """Freeze once more after a page's first run, so that what it imported stays out of later collections too."""
    if page not in SETTLED:
        SETTLED.add(page)
        gc.collect()
        gc.freeze()


settle("")
atexit.register(gc.unfreeze)  # else DuckDB reports leaks of frozen objects at exit
