"""Rules that say when there is something to be told: what they would have said, what they say now, and to whom."""

from analytics.alerts.asking import KINDS, checked, save
from analytics.alerts.firing import FIRED_SCHEMA, Fired, Replayed, fired, recent, replayed, undelivered
from analytics.alerts.rates import Rate, rate
from analytics.alerts.sending import send

__all__ = [
    "FIRED_SCHEMA", "KINDS", "Fired", "Rate", "Replayed", "checked", "fired", "rate", "recent", "replayed", "save",
    "send", "undelivered",
]  # fmt: skip
