"""When interests changed their level, told apart from season, swings and chance."""

from analytics.changes.alerting import new_levels
from analytics.changes.history import HISTORY_SCHEMA, history
from analytics.changes.points import LINE_SCHEMA, POINT_SCHEMA, Changes, change_points
from analytics.changes.replaying import delays, replay
from analytics.changes.shop import changes

__all__ = [
    "HISTORY_SCHEMA", "LINE_SCHEMA", "POINT_SCHEMA", "Changes", "change_points", "changes", "delays", "history",
    "new_levels", "replay",
]  # fmt: skip
