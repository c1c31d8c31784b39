"""The interest mix of people: now, and in the next 28 days with its band, for the interests that matter to each."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.engine import fsync
from data.progress import Progress, quiet
from models.baselines.state import State, load_state, save_state
from models.interactions import Catalogue, Interactions
from models.interest_mix import InterestMix
from models.interest_mix.bands import bands
from models.network.interest_head import InterestHead
from models.ranking import Ranker
from models.recommender.histories import next_requests
from models.recommender.network import ServedNetwork

MOST = 12
"""Interests told of each person."""
GROUP = 2_000
"""People foretold at a time: with 100 interests and 26 periods of 28 days 42 MB."""
FILE = "interests.parquet"
HEAD = "network-mix"
SCHEMA = pa.schema(
    [("user_no", pa.int64()), ("interest", pa.dictionary(pa.int32(), pa.string())), ("now", pa.float32()),
     ("next", pa.float32()), ("low", pa.float32()), ("high", pa.float32())]
)  # fmt: skip


@dataclass(frozen=True)
class Shares:
    """Interest mixes of some people, (users, interests told) each, the likeliest next first."""

    interest: np.ndarray
    """int: number in the catalogue."""
    now: np.ndarray
    """The decayed mix of what the person did; everybody's where that is nothing."""
    next: np.ndarray
    """The mix to expect in the 28 days after the moment."""
    low: np.ndarray
    """Ends of the 80 % band of the share that will be seen."""
    high: np.ndarray


def load_forecast(folder: Path) -> InterestMix | None:
    """The forecast of a run; None where its shop has no interests."""
    if not (folder / f"{InterestMix.name}.json").exists():
        return None
    return InterestMix.from_state(load_state(folder, InterestMix.name))


def save_forecast(folder: Path, forecast: InterestMix) -> None:
    """Keep a forecast that has learned what everybody likes."""
    save_state(folder, InterestMix.name, forecast.state())


@dataclass(frozen=True)
class Heard:
    """The network's word on interests, where it won on periods it did not learn from."""

    head: InterestHead
    network: ServedNetwork

    def mix(self, mix: np.ndarray, log: Interactions, moment: int) -> np.ndarray:
        """float64 (users, interests): the mix of everybody in the log with the network's word in it; that of people
        without a history as it was."""
        known = np.flatnonzero(np.diff(log.offsets))
        states = self.network.states(log, next_requests(log, known, moment)).astype(np.float64)
        found = mix.copy()
        found[known] = np.exp(self.head.log_mix(np.log(mix[known]), states))
        return found


def load_heard(folder: Path, network: Ranker | None) -> Heard | None:
    """The network's word of a run; None where it has none that was kept."""
    if not isinstance(network, ServedNetwork) or not (folder / f"{HEAD}.json").exists():
        return None
    arrays = load_state(folder, HEAD).arrays
    weights, bias, mean, scale = (np.asarray(arrays[name]) for name in ("weights", "bias", "mean", "scale"))
    return Heard(InterestHead(weights, bias, mean, scale), network)


def save_head(folder: Path, head: InterestHead) -> None:
    """Keep an interest head that won; its network's STATE_FILES belong to it."""
    arrays = {"weights": head.weights, "bias": head.bias, "mean": head.mean, "scale": head.scale}
    save_state(folder, HEAD, State({}, arrays))


def foretell(
    forecast: InterestMix, log: Interactions, moment: int, heard: Heard | None = None, most: int = MOST
) -> Shares:
    """The mixes of everybody in a log, whose events from `moment` on (seconds since 1970) do not count.

    The same numbers as `InterestMix.of_histories`, with the network's word where there is one; bands are only made of
    the interests that are told: those of the largest share, next or now.
    """
    now, mix, weight, usual = forecast.expected(log, moment)
    if heard is not None:
        mix = heard.mix(mix, log, moment)
    count = min(most, mix.shape[1])
    told = np.argpartition(-np.maximum(mix, now), count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(mix, told, axis=1), axis=1, kind="stable")
    told = np.take_along_axis(told, order, axis=1)
    shown = np.take_along_axis(mix, told, axis=1)
    low, high = bands(shown, weight, usual, forecast.concentration)
    return Shares(told, np.take_along_axis(now, told, axis=1), shown, low, high)


def foretell_everybody(
    forecast: InterestMix, log: Interactions, numbers: np.ndarray, moment: int, folder: Path,
    progress: Progress = quiet, heard: Heard | None = None,
) -> None:  # fmt: skip
    """Write interests.parquet [user_no, interest, now, next, low, high] into `folder`: of every person with events the
    MOST largest interests, the likeliest next first; `numbers` are the people's numbers in the store."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.new"
    ids = pa.array(log.catalogue.interest_ids, pa.string())
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for start in range(0, log.users, GROUP):
            part = _people(log, start, min(start + GROUP, log.users))
            has_events = np.diff(part.offsets) > 0
            found = foretell(forecast, part, moment, heard)
            columns = [column[has_events].ravel() for column in (found.now, found.next, found.low, found.high)]
            who = np.repeat(numbers[start : start + GROUP][has_events], found.interest.shape[1])
            told = pa.DictionaryArray.from_arrays(pa.array(found.interest[has_events].ravel().astype(np.int32)), ids)
            rows = [who.astype(np.int64), told, *(column.astype(np.float32) for column in columns)]
            writer.write_table(pa.table(rows, SCHEMA))
            progress("foretelling interests", (start + part.users) / log.users)
    fsync(temporary)
    os.replace(temporary, folder / FILE)


def told_of(shares: Shares, catalogue: Catalogue) -> list[dict[str, object]]:
    """{"interest", "name", "now", "next", "interval"} of the only person asked for."""
    return [
        {
            "interest": catalogue.interest_ids[interest], "name": catalogue.interest_names[interest],
            "now": float(shares.now[0, n]), "next": float(shares.next[0, n]),
            "interval": [float(shares.low[0, n]), float(shares.high[0, n])],
        }
        for n, interest in enumerate(shares.interest[0].tolist())
    ]  # fmt: skip


def _people(log: Interactions, first: int, last: int) -> Interactions:
    """The people from `first` on and before `last`, as a log of their own."""
    rows = slice(int(log.offsets[first]), int(log.offsets[last]))
    columns: dict[str, Any] = {
        name: np.asarray(getattr(log, name)[rows]) for name in ("item", "query", "kind", "time", "step")
    }
    user = np.asarray(log.user[rows]) - np.int32(first)
    offsets = log.offsets[first : last + 1] - log.offsets[first]
    return replace(log, user=user, offsets=offsets, user_ids=[""] * (last - first), **columns)
