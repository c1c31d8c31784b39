"""The interest head: what the encoder's state adds to the forecast of a person's interest mix in the next 28 days.

log p_k = log p0_k + g (W h + b)_k, normalised: p0 is the forecast without the network, h the encoder's state at the
moment of asking, and W and b are zero at the start. W is learned on past periods under a ridge, and g, 0 or 1, says
whether it is kept: only where periods that it did not learn from are foretold better. NumPy only; the encoder is not
moved, so that it still is the one which the item list comes from.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from models.interactions import Interactions, Requests
from models.interest_mix import Asked, Periods, is_better

DAY, SPAN = 86_400, 28 * 86_400
MOST_ROWS = 20_000
"""People and periods that are learned from at most, drawn by a fixed seed."""
RIDGES = (1e-1, 1e-2, 1e-3)
STEPS = 80


@dataclass(frozen=True)
class InterestHead:
    """What was learned; an all-zero head changes nothing."""

    weights: np.ndarray
    """float64 (width, interests): W."""
    bias: np.ndarray
    """float64 (interests,): b."""
    mean: np.ndarray
    """float64 (width,): taken from the state first."""
    scale: np.ndarray
    """float64 (width,): by which it is divided then."""
    is_kept: bool = True
    """The gate."""

    def log_mix(self, log_mix: np.ndarray, state: np.ndarray) -> np.ndarray:
        """float64 (rows, interests): the corrected log mix of people in these states (rows, width)."""
        if not self.is_kept:
            return log_mix
        return _normalised(log_mix + (state - self.mean) / self.scale @ self.weights + self.bias)


def period_requests(log: Interactions, periods: Periods, asked: Asked) -> Requests:
    """What is asked of each person when each period begins; nothing from then on is in the history."""
    time = periods.origin + asked.number * SPAN
    end = np.empty(len(asked), np.int64)
    for number in np.unique(asked.number):
        rows = asked.number == number
        moment = periods.origin + int(number) * SPAN
        came = np.concatenate([[0], np.cumsum(log.time < moment)])
        # A person's events are in the order of time: those before the moment come first.
        before = came[log.offsets[1:]] - came[log.offsets[:-1]]
        end[rows] = log.offsets[asked.user[rows]] + before[asked.user[rows]]
    offsets = np.zeros(len(asked) + 1, np.int64)
    return Requests(asked.user.astype(np.int32), end, time.astype(np.int64), np.zeros(0, np.int32), offsets)


def learned_head(log_mix: np.ndarray, state: np.ndarray, asked: Asked, seed: int = 0) -> InterestHead:
    """The head of these rows, its ridge chosen on a quarter of the people who are left out at first."""
    rng = np.random.default_rng(seed)
    if len(asked) > MOST_ROWS:
        rows = np.sort(rng.choice(len(asked), MOST_ROWS, replace=False))
        log_mix, state, asked = log_mix[rows], state[rows], asked.part(rows)
    people = np.unique(asked.user)
    is_out = np.isin(asked.user, rng.choice(people, len(people) // 4, replace=False))
    mean, scale = state.mean(axis=0), state.std(axis=0) + 1e-6
    best, ridge = np.inf, RIDGES[0]
    for tried in RIDGES if is_out.any() else ():
        head = _fitted(log_mix[~is_out], state[~is_out], asked.counts[~is_out], mean, scale, tried)
        found = _loss(head.log_mix(log_mix[is_out], state[is_out]), asked.counts[is_out])
        if found < best:
            best, ridge = found, tried
    return _fitted(log_mix, state, asked.counts, mean, scale, ridge)


def gated(head: InterestHead, log_mix: np.ndarray, state: np.ndarray, asked: Asked) -> InterestHead:
    """The head, open where it clearly wins on these periods, shut otherwise."""
    wins = bool(is_better(log_mix, head.log_mix(log_mix, state), asked))
    return InterestHead(head.weights, head.bias, head.mean, head.scale, wins)


def _fitted(log_mix: np.ndarray, state: np.ndarray, counts: np.ndarray, mean: np.ndarray, scale: np.ndarray,
            ridge: float) -> InterestHead:  # fmt: skip
    """The minimum of the mean over rows of -sum_k c_k log p_k / sum_k c_k + ridge |W|^2 (multinomial logit with the log
    mix as its offset), by L-BFGS from zero."""
    x = (state - mean) / scale
    share = counts / counts.sum(axis=1, keepdims=True)
    shape = (x.shape[1] + 1, counts.shape[1])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        part = flat.reshape(shape)
        log_p = _normalised(log_mix + x @ part[:-1] + part[-1])
        error = (np.exp(log_p) - share) / len(x)
        slope = np.concatenate([x.T @ error + 2 * ridge * part[:-1], error.sum(axis=0)[None]])
        return float(-(share * log_p).sum() / len(x) + ridge * (part[:-1] ** 2).sum()), slope.ravel()

    found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    part = found.x.reshape(shape)
    return InterestHead(part[:-1], part[-1], mean, scale)


def _loss(log_mix: np.ndarray, counts: np.ndarray) -> float:
    return float(-(counts * log_mix).sum(axis=1).dot(1 / counts.sum(axis=1)) / len(counts))


def _normalised(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
