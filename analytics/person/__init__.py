"""One person: what they did, how their interests shifted over time, and when the mix clearly changed."""

from analytics.person.doing import events_of, known_person, listed
from analytics.person.moments import moments
from analytics.person.vector import ALPHA, HALF_LIFE, Evolution, base_mix, evolution, grid

__all__ = [
    "ALPHA", "HALF_LIFE", "Evolution", "base_mix", "events_of", "evolution", "grid", "known_person", "listed",
    "moments",
]  # fmt: skip
