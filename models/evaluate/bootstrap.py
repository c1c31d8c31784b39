"""Intervals by resampling people: requests of one person are no independent evidence, people are."""

import numpy as np

DRAWS = 1_000
LEVEL = 95.0
"""Per cent of the draws inside an interval."""
CHUNK = 50
"""Draws turned into means at a time."""


class Bootstrap:
    """People drawn again and again, the same draws for everything measured on them, so that differences are paired
    (the percentile bootstrap over clusters: Davison and Hinkley 1997, section 3.8)."""

    def __init__(self, user: np.ndarray, draws: int = DRAWS, seed: int = 0) -> None:
        """`user` is int (requests,): whose each request is."""
        _, self._person = np.unique(user, return_inverse=True)
        self.people = int(self._person.max()) + 1 if len(user) else 0
        self._seed, self._draws = seed, draws

    def means(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The means of `values` (requests, columns) over requests, (columns,), and of each draw, (draws, columns).

        NaN says that a request does not belong to a column; a mean of nothing is NaN.
        """
        inside = ~np.isnan(values)
        sums = self._by_person(np.where(inside, values, 0.0))
        counts = self._by_person(inside.astype(float))
        drawn = np.empty((self._draws, values.shape[1]))
        rng = np.random.default_rng(self._seed)
        with np.errstate(invalid="ignore", divide="ignore"):
            for start in range(0, self._draws, CHUNK):
                size = min(CHUNK, self._draws - start)
                times = np.stack([self._drawn(rng) for _ in range(size)])
                drawn[start : start + size] = (times @ sums) / (times @ counts)
            return sums.sum(axis=0) / counts.sum(axis=0), drawn

    def _by_person(self, values: np.ndarray) -> np.ndarray:
        sums = np.zeros((self.people, values.shape[1]))
        np.add.at(sums, self._person, values)
        return sums

    def _drawn(self, rng: np.random.Generator) -> np.ndarray:
        return np.bincount(rng.integers(0, max(self.people, 1), self.people), minlength=self.people).astype(float)


def interval(drawn: np.ndarray) -> tuple[float, float] | None:
    """The middle LEVEL per cent of draws; None where no draw has a value."""
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None
    low, high = np.percentile(known, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return float(low), float(high)
