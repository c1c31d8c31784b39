"""Rivals kept in a run's folder, and had again by a page: tables stay on disk and are mapped into memory."""

from collections.abc import Sequence
from pathlib import Path

from models.baselines.ease import Ease
from models.baselines.item_knn import ItemKnn
from models.baselines.personal import Personal
from models.baselines.popularity import Popularity
from models.baselines.rules import Rules
from models.baselines.scored import Scored
from models.baselines.state import load_state, save_state
from models.baselines.text import Text
from models.interactions import Catalogue, Interactions
from models.ranking import Ranker

KINDS: tuple[type[Scored], ...] = (Personal, ItemKnn, Ease, Rules, Text)


def save_rivals(folder: Path, rankers: Sequence[Ranker], log: Interactions) -> None:
    """Write every rival among the rankers; popularity with its counts of this log, by which they answer afterwards."""
    for ranker in rankers:
        if isinstance(ranker, Popularity):
            save_state(folder, ranker.name, ranker.state(log))
        elif isinstance(ranker, Scored):
            save_state(folder, ranker.name, ranker.state())


def load_rivals(folder: Path, catalogue: Catalogue) -> dict[str, Ranker]:
    """Name -> ranker of every rival kept in the folder; raises StoreError where popularity or a table is missing."""
    popularity = Popularity.from_state(load_state(folder, Popularity.name))
    found: dict[str, Ranker] = {popularity.name: popularity}
    for kind in KINDS:
        if (folder / f"{kind.name}.json").exists():
            found[kind.name] = kind.from_state(load_state(folder, kind.name), catalogue, popularity)
    return found
