"""How long interest lasts: the half-life that predicts best, by interest where that can be told, and what stays."""

from analytics.halflife.curve import GRID, half_life
from analytics.halflife.lines import line_half_lives
from analytics.halflife.persistence import Persistence, persistence

__all__ = ["GRID", "Persistence", "half_life", "line_half_lives", "persistence"]
