"""The headline protocol: learn from the past, answer later steps one after another, as a shop has to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from data.progress import Progress, quiet
from models.evaluate.protocol import Evaluation, evaluate
from models.evaluate.split import temporal_stages
from models.interactions import Interactions
from models.ranking import Ranker


def evaluate_temporal(
    log: Interactions, rankers: Sequence[Ranker], progress: Progress = quiet, *, seed: int = 0
) -> Evaluation:
    """The figures of `protocol.evaluate` with "protocol" and "cuts" (ISO, UTC), and the blend, whose members have
    learned from everything before the second cut.

    Cuts are the time quantiles .8 and .9. Knobs and weights are chosen on steps between them by rankers that learned
    from what is before the first; the test asks for steps from the second on of everybody who has a history then, at
    most 20,000 drawn by the seed. Histories grow through the test, rankers do not learn again.
    """
    choosing, testing, cuts = temporal_stages(log, seed=seed)
    found = evaluate(choosing, testing, rankers, progress)
    told = {"protocol": "temporal", "cuts": [_iso(cut) for cut in cuts]}
    return replace(found, figures={**told, **found.figures})


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
