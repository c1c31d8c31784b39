"""How long interest lasts: the half-life that predicts best, by interest where that can be told, and what stays."""

from analytics.halflife.curve import GRID, half_life
from analytics.halflife.lines import line_half_lives
from analytics.halflife.persistence import Persistence, persistence
from analytics.halflife.shop import ShopHalfLife, ShopPersistence, shop_half_life, shop_persistence

__all__ = [
    "GRID",
    "Persistence",
    "ShopHalfLife",
    "ShopPersistence",
    "half_life",
    "line_half_lives",
    "persistence",
    "shop_half_life",
    "shop_persistence",
]
