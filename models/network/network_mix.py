"""The interest mix with the network's word in it: learned and judged beside the plain forecast, on the same periods."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.interactions import Interactions
from models.interest_mix import Asked, InterestMix, Periods, asked_of
from models.network.interest_head import InterestHead, gated, learned_head, period_requests
from models.network.ranker import NetworkRanker


@dataclass(frozen=True)
class NetworkMix:
    """What the encoder adds to a forecast."""

    head: InterestHead
    """Of the network as it serves; shut where it did not win on the periods on which knobs are chosen."""
    log_mix: np.ndarray
    """float64 (rows, interests): of the periods tested; the plain forecast where the head is shut."""
    gate: bool


def network_mix(
    ranker: NetworkRanker, log: Interactions, forecast: InterestMix, periods: Periods, *,
    earlier: Sequence[int], chosen: Sequence[int], tested: Asked,
) -> NetworkMix | None:  # fmt: skip
    """The mix on the periods tested; None where there is no network, or nothing to learn from or to judge by.

    A head on the encoder of `tune`, which knows nothing from the first cut on, learns from the earlier periods and is
    judged on the chosen ones. Where it wins, a head on the encoder of `fit` learns from both, and serves.
    """
    if ranker.tuned is None or ranker.trained is None:
        return None
    past, judged = asked_of(periods, list(earlier)), asked_of(periods, list(chosen))
    if not len(past) or not len(judged) or not len(tested):
        return None
    from models.network.scoring import Scoring

    def told(scoring: Scoring, asked: Asked) -> tuple[np.ndarray, np.ndarray]:
        states = scoring.states(log, period_requests(log, periods, asked)).astype(np.float64)
        return np.log(forecast.mix(periods, asked)[0]), states

    tuned = Scoring(ranker.tuned.network)
    gate = gated(learned_head(*told(tuned, past), past), *told(tuned, judged), judged).is_kept
    plain, states = told(Scoring(ranker.trained.network), tested)
    if not gate:
        nothing = np.zeros((states.shape[1], plain.shape[1]))
        one = np.ones(states.shape[1])
        return NetworkMix(InterestHead(nothing, nothing[0], 0 * one, one, is_kept=False), plain, gate)
    both = asked_of(periods, [*earlier, *chosen])
    head = learned_head(*told(Scoring(ranker.trained.network), both), both)
    return NetworkMix(head, head.log_mix(plain, states), gate)
