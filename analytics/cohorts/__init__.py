"""How people change after they arrive: cohorts of their first purchase, as they age."""

from analytics.cohorts.mix import cohort_mix, mixes, others_mix
from analytics.cohorts.moves import moved_to
from analytics.cohorts.retention import cell_users, cohort_sizes, retention

__all__ = ["cell_users", "cohort_mix", "cohort_sizes", "mixes", "moved_to", "others_mix", "retention"]
