"""How many interests people have, and which of them are born and die."""

from analytics.diversity.entropy import CHANGE_SCHEMA, DIVERSITY_SCHEMA, diversity, diversity_change
from analytics.diversity.lives import LIFE_SCHEMA, lives
from analytics.diversity.shop import interest_diversity, interest_lives

__all__ = ["CHANGE_SCHEMA", "DIVERSITY_SCHEMA", "LIFE_SCHEMA", "diversity", "diversity_change", "interest_diversity",
           "interest_lives", "lives"]  # fmt: skip
