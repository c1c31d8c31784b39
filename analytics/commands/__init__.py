"""One module per command: its arguments, and its answer as frame, JSON object and sentence."""

from types import ModuleType

from analytics.commands import alerts, changes, cohorts, drift, emerging, migration, risers, rules, trends, who_moved

COMMANDS: dict[str, ModuleType] = {
    "trends": trends, "risers": risers, "cohorts": cohorts, "drift": drift, "who-moved": who_moved,
    "changes": changes, "emerging": emerging, "rules": rules, "migration": migration,
    "alerts": alerts,
}  # fmt: skip
