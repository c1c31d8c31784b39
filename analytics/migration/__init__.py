"""How people move between groups of interest, beside the noise that moves them too."""

from analytics.migration.clusters import Clusters, fit, from_dict, group_mixes
from analytics.migration.flows import Migration, migration, migrations
from analytics.migration.sampled import Sample, sample
from analytics.migration.shop import ShopMigration, cohort_migration, shop_groups, shop_migration
from analytics.migration.stability import Stability, best_size, stabilities

__all__ = [
    "Clusters",
    "Migration",
    "Sample",
    "ShopMigration",
    "Stability",
    "best_size",
    "cohort_migration",
    "fit",
    "from_dict",
    "group_mixes",
    "migration",
    "migrations",
    "sample",
    "shop_groups",
    "shop_migration",
    "stabilities",
]
