"""What a group of people is called: by the interests that set it apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.migration.halves import Array

TELLING = 0.01
"""What an interest has to add to a group's distance from everybody to be named, in nats: a share of 6 % that is 5 %
among everybody adds as much."""
EVERYTHING = "a bit of everything"
PARTS = 4


def named(mixes: Array, interests: Sequence[str], base: Array, names: Mapping[str, str]) -> tuple[str, ...]:
    """A name for every mix: "mostly kitchen, garden", of the interests with the largest m log(m / q).

    That is each one's part of the Kullback-Leibler distance of the group's mix m from everybody's q. The second is
    named where it adds at least half of what the first does, a third or fourth where two groups would be called the
    same. `names`: id to name; of a path "a > b" the last part is used.
    """
    gain = mixes * np.log(np.maximum(mixes / base, 1.0))
    gain[:, -1] = 0.0  # the last are all others as one, which no name tells
    order = np.argsort(-gain, axis=1, kind="stable")
    telling = [[int(k) for k in row[:PARTS] if gain[g, k] >= TELLING] for g, row in enumerate(order)]
    lengths = [2 if len(row) > 1 and gain[g, row[1]] >= gain[g, row[0]] / 2 else 1 for g, row in enumerate(telling)]

    def called(g: int, length: int) -> str:
        parts = [names.get(interests[k], interests[k]).split(" > ")[-1] for k in telling[g][:length]]
        return "mostly " + ", ".join(parts) if parts else EVERYTHING

    found = [called(g, lengths[g]) for g in range(len(mixes))]
    for length in range(2, PARTS + 1):
        found = [called(g, max(length, lengths[g])) if found.count(name) > 1 else name for g, name in enumerate(found)]
    for g, name in enumerate(found):
        if name in found[:g]:
            found[g] = f"{name} ({1 + sum(other.split(' (')[0] == name for other in found[:g])})"
    return tuple(found)
