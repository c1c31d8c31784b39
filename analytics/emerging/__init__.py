"""Interests that suddenly take more of the traffic than they used to."""

from analytics.emerging.lines import EMERGING_SCHEMA, emerging, surges
from analytics.emerging.shop import EMERGING_SHOP_SCHEMA, emerging_interests

__all__ = ["EMERGING_SCHEMA", "EMERGING_SHOP_SCHEMA", "emerging", "emerging_interests", "surges"]
