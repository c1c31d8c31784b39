"""Pictures of answers: frames in, plotly figures out, each with a text for those who cannot see it."""

from analytics.figures.changes import alt_change_dots, change_dots
from analytics.figures.cohorts import alt_cohorts, cohort_curves, cohort_heatmap
from analytics.figures.colours import colours, interest_colours
from analytics.figures.drift import alt_drift, alt_parts, change_parts, drift_slopes, flow_bars, flows
from analytics.figures.lines import alt_trend_lines, trend_lines
from analytics.figures.mixes import alt_lifecycle_bars, alt_mix_ribbons, lifecycle_bars, mix_ribbons

__all__ = [
    "alt_change_dots", "alt_cohorts", "alt_drift", "alt_lifecycle_bars", "alt_mix_ribbons", "alt_parts",
    "alt_trend_lines", "change_dots", "change_parts", "cohort_curves", "cohort_heatmap", "colours", "drift_slopes",
    "flow_bars", "flows", "interest_colours", "lifecycle_bars", "mix_ribbons", "trend_lines",
]  # fmt: skip
