"""Going on from an earlier run's weights: what a catalogue that has grown keeps of them, and where they are kept."""

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.engine import fsync
from data.errors import StoreError
from models.interactions import Catalogue, Interactions

if TYPE_CHECKING:
    from models.network.encoder import Network

FILE = "network-start.npz"
CHANGED = 0.02
BY_ITEM = ("items/ids", "items/bias")
BY_INTEREST = ("of_interest/embeddings",)


@dataclass(frozen=True)
class Start:
    """Weights that later trainings may go on from."""

    weights: dict[str, np.ndarray]
    """By the path of the variable."""
    item_ids: Sequence[str]
    interest_ids: Sequence[str]
    until: int
    """Seconds since 1970: no event from then on has taught them anything."""
    events: int
    """The events before `until` that have."""

    def leads_to(self, log: Interactions) -> bool:
        """Whether a log goes on where this ended: with newer events, and the earlier ones as they were, but for
        CHANGED of them. Where much was imported or undone in between, everything has to be learned again."""
        known = int((log.time < self.until).sum())
        return known < log.events and abs(known - self.events) <= CHANGED * self.events


def start_of(network: "Network", log: Interactions) -> Start:
    """The weights of a network that learned from this log."""
    weights = {variable.path: variable.numpy() for variable in network.scorer.trainable_variables}
    until = int(log.time.max()) + 1 if log.events else 0
    return Start(weights, list(log.catalogue.item_ids), list(log.catalogue.interest_ids), until, log.events)


def write_start(folder: Path, start: Start) -> None:
    """Keep weights in a run's folder; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.new"
    texts = {"item_ids": np.array(start.item_ids, np.str_), "interest_ids": np.array(start.interest_ids, np.str_)}
    with temporary.open("wb") as out:
        np.savez(out, until=np.array(start.until), events=np.array(start.events), **texts, **start.weights)  # type: ignore[arg-type]
    fsync(temporary)
    os.replace(temporary, folder / FILE)


def read_start(folder: Path) -> Start | None:
    """The weights kept in a run's folder; None where there are none.

    Raises:
        StoreError: The file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with np.load(path) as found:
            arrays = {name: found[name] for name in found.files}
        items, interests = arrays.pop("item_ids").tolist(), arrays.pop("interest_ids").tolist()
        until, events = int(arrays.pop("until")), int(arrays.pop("events"))
        return Start(arrays, items, interests, until, events)
    except (OSError, ValueError, KeyError, zlib.error) as error:
        raise StoreError(f"{FILE} in {folder} cannot be read ({error}). Train with --full.") from error


def take_up(network: "Network", catalogue: Catalogue, start: Start) -> bool:
    """Give a network the weights of an earlier one, items and interests matched by id; new ones keep their own start.
    False, and nothing is changed, where the networks are not of one build."""
    moved = {}
    for variable in network.scorer.trainable_variables:
        known = start.weights.get(variable.path)
        own = variable.numpy()
        if variable.path in BY_ITEM and known is not None:
            known = _matched(own, known, catalogue.item_ids, start.item_ids, 0)
        elif variable.path in BY_INTEREST and known is not None:
            known = _matched(own, known, catalogue.interest_ids, start.interest_ids, 1)
        if known is None or known.shape != own.shape:
            return False
        moved[variable.path] = known
    for variable in network.scorer.trainable_variables:
        variable.assign(moved[variable.path])
    return True


def _matched(own: np.ndarray, known: np.ndarray, now: Sequence[str], then: Sequence[str], first: int) -> np.ndarray:
    """`own` with the rows of those that are in both lists taken from `known`; both tables have `first` rows before."""
    if own.shape[1:] != known.shape[1:]:
        return known
    place = {name: number for number, name in enumerate(then)}
    found = own.copy()
    found[:first] = known[:first]
    pairs = [(number, place[name]) for number, name in enumerate(now) if name in place]
    if pairs:
        here, there = np.array(pairs).T
        found[here + first] = known[there + first]
    return found
