"""A correction of the shrunk exponentially weighted mix, learned from everybody's past periods and zero at the start.

log p_k = log p0_k + sum_f c_f x_fk + b_k + sum_j z_j B_jk, normalised: p0 is the plain mix, x are differences between
log mixes of other memories (the last period, everything, counts that a burst cannot swamp), b an intercept of each
interest, and z how far a person is from everybody in each interest, so that one interest foretells another (a
multinomial logit with p0 as offset; ridge on B). It is kept only where it wins on periods that it did not learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

MOST_ROWS = 10_000
"""People and periods that it learns from at most."""
FEWEST_ROWS = 300
RIDGES = (2e-2, 5e-3)
STEPS = 60
RELATED = 100
"""Interests, the largest, from which others are foretold."""
SHORT, RECENT_PSEUDO = 1.0, 20.0
"""Half-life of the short memory, in periods, and its pseudo-events."""
SHARED = 8
"""Features whose weight all interests share."""


@dataclass(frozen=True)
class Signals:
    """What the correction reads of some people; all arrays float64 (rows, interests) but where said."""

    plain: np.ndarray
    """log p0."""
    shared: np.ndarray
    """(SHARED, rows, interests)."""
    apart: np.ndarray
    """How far from everybody."""


@dataclass(frozen=True)
class Correction:
    """What was learned."""

    shared: np.ndarray
    """float64 (SHARED,)."""
    intercept: np.ndarray
    """float64 (interests,)."""
    related: np.ndarray
    """int64 (at most RELATED,): the interests z is of."""
    between: np.ndarray
    """float64 (related, interests): B."""

    def log_mix(self, signals: Signals) -> np.ndarray:
        """float64 (rows, interests): the corrected logarithm of the mix."""
        found = signals.plain + np.tensordot(self.shared, signals.shared, 1) + self.intercept
        found += signals.apart[:, self.related] @ self.between
        return np.asarray(found - _log_sums(found))


def signals(
    before: Sequence[tuple[int, np.ndarray]], everyone: np.ndarray, half_life: float, pseudo: float, rows: int
) -> Signals:
    """Signals of people by their events (rows, interests) in earlier periods, each with how many periods ago it was;
    `everyone` is everybody's mix (interests,)."""
    own, short, whole, rooted, present = (np.zeros((rows, len(everyone))) for _ in range(5))
    for ago, counts in before:
        decay = 2.0 ** (-ago / half_life)
        own += counts * decay
        short += counts * 2.0 ** (-ago / SHORT)
        whole += counts
        rooted += np.sqrt(counts) * decay
        present += (counts > 0) * decay
    usual = np.log(everyone)
    plain = _shrunk(own, everyone, pseudo)
    apart, volume = plain - usual, (np.log1p(own.sum(axis=1, keepdims=True)) - 5) / 1.5
    recent = _shrunk(short, everyone, RECENT_PSEUDO) - plain
    steady = _shrunk(rooted, everyone, pseudo / 2)
    features = [
        apart, recent, _shrunk(whole, everyone, pseudo) - plain, apart * volume, recent * volume, apart**2,
        steady - plain, _shrunk(present, everyone, pseudo / 4) - plain,
    ]  # fmt: skip
    return Signals(plain, np.stack(features), np.expm1((steady - usual) / 2))


def joined(parts: Sequence[Signals]) -> Signals:
    """Signals of several groups of people, one after another."""
    return Signals(
        np.concatenate([each.plain for each in parts]),
        np.concatenate([each.shared for each in parts], axis=1),
        np.concatenate([each.apart for each in parts]),
    )


def chosen(found: Signals, rows: np.ndarray) -> Signals:
    """Signals of some of the rows."""
    return Signals(found.plain[rows], found.shared[:, rows], found.apart[rows])


def learned(found: Signals, counts: np.ndarray, ridge: float, start: Correction | None = None) -> Correction:
    """The correction of least log-loss, mean over rows of the mean over events, by L-BFGS with its gradient exact.
    `counts` are the events that came, float64 (rows, interests)."""
    interests = counts.shape[1]
    share = counts / counts.sum(axis=1, keepdims=True)
    if start is None:
        related = np.sort(np.argsort(-share.sum(axis=0), kind="stable")[:RELATED])
        knobs = np.zeros(SHARED + interests * (1 + len(related)))
    else:
        related = start.related
        knobs = np.concatenate([start.shared, start.intercept, start.between.ravel()])
    # As if z had the spread 1, however little the people of a shop differ.
    ridge *= float((found.apart[:, related] ** 2).mean())
    best = minimize(
        loss_of, knobs, (found, share, related, ridge), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    return _unpacked(best.x, related, interests)


def loss_of(
    knobs: np.ndarray, found: Signals, share: np.ndarray, related: np.ndarray, ridge: float
) -> tuple[float, np.ndarray]:
    """The penalised log-loss of knobs (SHARED + interests + related x interests,) and its gradient; `share` (rows,
    interests) are the shares that came."""
    tried = _unpacked(knobs, related, share.shape[1])
    log_mix = tried.log_mix(found)
    value = -(share * log_mix).sum() / len(share) + ridge * (tried.between**2).sum()
    off = (np.exp(log_mix) - share) / len(share)
    shared = np.array([(each * off).sum() for each in found.shared])
    between = found.apart[:, related].T @ off + 2 * ridge * tried.between
    return float(value), np.concatenate([shared, off.sum(axis=0), between.ravel()])


def _unpacked(knobs: np.ndarray, related: np.ndarray, interests: int) -> Correction:
    between = knobs[SHARED + interests :].reshape(len(related), interests)
    return Correction(knobs[:SHARED], knobs[SHARED : SHARED + interests], related, between)


def _shrunk(own: np.ndarray, everyone: np.ndarray, pseudo: float) -> np.ndarray:
    return np.asarray(np.log((own + pseudo * everyone) / (own.sum(axis=1, keepdims=True) + pseudo)))


def _log_sums(values: np.ndarray) -> np.ndarray:
    top = values.max(axis=1, keepdims=True)
    return np.asarray(top + np.log(np.exp(values - top).sum(axis=1, keepdims=True)))
