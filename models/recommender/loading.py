"""A run as it serves: everything that ranks, loaded without TensorFlow, tables mapped from their files."""

from dataclasses import dataclass
from pathlib import Path

from data.errors import InputError, StoreError
from data.settings import Settings
from models.baselines import Popularity, load_rivals
from models.blend import Blend
from models.interest_mix import InterestMix
from models.ranking import Ranker
from models.recommender.interests import Heard, load_forecast, load_heard
from models.recommender.network import load_network
from models.recommender.vocabulary import Vocabulary, read_vocabulary
from models.runs import Run, active, find_run
from models.runs.registry import read_json

RIVALS = "rivals"
"""The folder of a run that holds the rivals' states."""
BLEND = "blend.json"


@dataclass(frozen=True)
class Served:
    """What a run answers with."""

    run: str
    chosen: str
    """What it shows: 'blend' or the name of the one ranker that did better."""
    vocabulary: Vocabulary
    rankers: dict[str, Ranker]
    """By name, the blend among them."""
    hides_seen: bool
    """Whether people of this shop take an item only once."""

    popularity: Popularity
    """The one among the rankers, which the other rivals fall back to."""
    forecast: InterestMix | None
    """How interests move; None where the shop has none."""
    heard: Heard | None
    """What the network adds to that; None where it adds nothing that was kept."""

    @property
    def ranker(self) -> Ranker:
        return self.rankers[self.chosen]


def the_run(settings: Settings, run: str | None = None) -> Run:
    """The run of that name, by default the active one. Raises InputError where there is none."""
    found = find_run(settings, run) if run else active(settings)
    if found is None:
        raise InputError("No run is active in this store. Train one: python -m models train.")
    return found


def load_served(run: Run) -> Served:
    """Load a run. Raises StoreError where one of its files is missing or damaged."""
    vocabulary = read_vocabulary(run.folder)
    rankers = load_rivals(run.folder / RIVALS, vocabulary.catalogue)
    network = load_network(run.folder, vocabulary.catalogue)
    if network is not None:
        rankers[network.name] = network
    blend = load_blend(run.folder, rankers)
    rankers[blend.name] = blend
    if run.chosen not in rankers:
        raise StoreError(
            f"Run {run.id} shows '{run.chosen}', which is not among its files. Train again, or activate another run."
        )
    popularity = rankers[Popularity.name]
    assert isinstance(popularity, Popularity)
    forecast, heard = load_forecast(run.folder), load_heard(run.folder, network)
    return Served(run.id, run.chosen, vocabulary, rankers, blend.hides_seen, popularity, forecast, heard)


def load_blend(folder: Path, rankers: dict[str, Ranker]) -> Blend:
    """The blend of blend.json over rankers that are loaded."""
    try:
        return Blend.from_state(read_json(folder / BLEND), list(rankers.values()))
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(
            f"{BLEND} of run {folder.name} is not one ({error!r}). Train again, or activate another run."
        ) from error
