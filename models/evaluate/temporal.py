"""The headline protocol: learn from the past, answer later steps one after another, as a shop has to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from data.progress import Progress, quiet
from models.evaluate.protocol import Evaluation, evaluate, window_figures
from models.evaluate.split import temporal_stages, window_stage
from models.interactions import Interactions
from models.ranking import Ranker

DAY = 86_400
WINDOW = 28 * DAY


def evaluate_temporal(
    log: Interactions, rankers: Sequence[Ranker], progress: Progress = quiet, *, seed: int = 0
) -> Evaluation:
    """The figures of `protocol.evaluate` with "protocol", "cuts" (ISO, UTC) and "window", and the blend, whose members
    have learned from everything before the second cut.

    Cuts are the time quantiles .8 and .9. Knobs and weights are chosen on steps between them by rankers that learned
    from what is before the first; the test asks for steps from the second on of everybody who has a history then, at
    most 20,000 drawn by the seed. Histories grow through the test, rankers do not learn again. "window" holds the
    figures of `protocol.window_figures` and "days": everybody is asked once, at the second cut, for all that comes in
    28 days or until the log ends; None where nobody comes.
    """
    choosing, testing, cuts = temporal_stages(log, seed=seed)
    found = evaluate(choosing, testing, rankers, progress)
    start, end = cuts[1], min(cuts[1] + WINDOW, int(log.time.max()) + 1)
    window = window_stage(testing, log, start, end, seed=seed)
    found.figures["window"] = window and {"days": round((end - start) / DAY, 3), **window_figures(window, found.blend)}
    told = {"protocol": "temporal", "cuts": [_iso(cut) for cut in cuts]}
    return replace(found, figures={**told, **found.figures})


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
