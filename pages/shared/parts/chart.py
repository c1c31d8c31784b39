"""One chart, with a name for those who cannot see it and a camera that saves it as a picture."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st


def chart(figure: go.Figure, alt: str, name: str, *, key: str, on_pick: Callable[[Any], None] | None = None) -> None:
    """Draw a figure; `alt` states its finding, `name` is the stem of the picture's file name.

    `on_pick` is called with the customdata of a point that was clicked.
    """
    config = {
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        "toImageButtonOptions": {"format": "png", "filename": f"tideline-{name}", "scale": 2},
    }
    if on_pick is None:
        st.plotly_chart(figure, config=config, alt=alt, key=key)
        return

    def picked() -> None:
        points = st.session_state[key].selection.points
        if points and points[0].get("customdata") is not None:
            on_pick(points[0]["customdata"])

    st.plotly_chart(figure, config=config, alt=alt, key=key, on_select=picked, selection_mode="points")
