"""How people move between groups of interest, beside the noise that moves them too."""

from analytics.migration.clusters import Clusters, Stability, best_size, fit, from_dict, stabilities
from analytics.migration.flows import Migration, migration, migrations

__all__ = [
    "Clusters",
    "Migration",
    "Stability",
    "best_size",
    "fit",
    "from_dict",
    "migration",
    "migrations",
    "stabilities",
]
