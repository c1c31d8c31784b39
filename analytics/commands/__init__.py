"""One module per command: its arguments, and its answer as frame, JSON object and sentence."""

from types import ModuleType

from analytics.commands import cohorts, drift, risers, trends, who_moved

COMMANDS: dict[str, ModuleType] = {
    "trends": trends, "risers": risers, "cohorts": cohorts, "drift": drift, "who-moved": who_moved,
}  # fmt: skip
