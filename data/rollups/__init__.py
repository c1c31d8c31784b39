"""From the lake to what pages read: counts by day, week and month, people, cohorts and lifecycles."""

from data.rollups.build import LARGE, ThemeMap, bring_up_to_date, describe_items
from data.rollups.files import read_files, segment_attributes
from data.rollups.statements import LAYOUT, run

__all__ = [
    "LARGE",
    "LAYOUT",
    "ThemeMap",
    "bring_up_to_date",
    "describe_items",
    "read_files",
    "run",
    "segment_attributes",
]
