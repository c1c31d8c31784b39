"""Writing what a run serves with: catalogue, rivals, blend. `loading` reads it back, the network's files aside."""

from collections.abc import Sequence
from pathlib import Path

from models.baselines import save_rivals
from models.blend import Blend
from models.interactions import Interactions
from models.recommender.loading import BLEND, RIVALS
from models.recommender.vocabulary import write_vocabulary
from models.runs.registry import write_json


def write_served(folder: Path, blend: Blend, log: Interactions, queries: Sequence[str]) -> None:
    """Write the blend and its fitted members into a run's folder; popularity with its counts of this log. `queries`
    are the search words by number."""
    write_vocabulary(folder, log.catalogue, queries)
    save_rivals(folder / RIVALS, blend.members, log)
    write_json(folder / BLEND, blend.state())
