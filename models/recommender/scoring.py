"""Everybody scored by a run: the likeliest next items of every person, in pieces, into one Parquet file."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.engine import fsync
from data.progress import Progress, quiet
from models.interactions import Interactions, Requests
from models.ranking import batches
from models.recommender.histories import next_requests
from models.recommender.loading import Served
from models.recommender.mixture import Mixture, log_sums

TOP = 20
"""Items kept of each person."""
CELLS = 768_000
"""Cells of a batch's table of scores: 3 MB."""
GROUP = 100_000
"""People of one row group."""
USERS = "users.parquet"
SCHEMA = pa.schema(
    [("user_no", pa.int64()), ("place", pa.int8()), ("item_id", pa.dictionary(pa.int32(), pa.string())),
     ("score", pa.float32())]
)  # fmt: skip


def score_everybody(
    served: Served, log: Interactions, numbers: np.ndarray, moment: int, folder: Path, progress: Progress = quiet
) -> int:
    """Write users.parquet [user_no, place, item_id, score] into `folder`: of every person with events before `moment`
    (seconds since 1970) the TOP likeliest next items, place 1 the best, score its probability; comes back with how
    many people these are. Rows are in the order of `numbers`, the people's numbers in the store.

    `log` has the run's catalogue and no event from `moment` on. Items that people of this shop take only once and have
    are left out; what is out of stock changes by the hour and is for the reader to leave out. Memory is that of a
    batch and a row group, whatever the number of people.
    """
    mixture = Mixture.of_one(served.ranker, served.popularity, served.hides_seen)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{USERS}.new"
    items = pa.array(log.catalogue.item_ids, pa.string())
    asked = np.flatnonzero(np.diff(log.offsets))
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for start in range(0, len(asked), GROUP):
            people = asked[start : start + GROUP]
            item, score = tops(mixture, log, people, moment, served.hides_seen)
            writer.write_table(_table(numbers[people], item, score, items))
            progress("scoring everybody", (start + len(people)) / len(asked))
    fsync(temporary)
    os.replace(temporary, folder / USERS)
    return len(asked)


def tops(
    mixture: Mixture, log: Interactions, people: np.ndarray, moment: int, hides_seen: bool
) -> tuple[np.ndarray, np.ndarray]:
    """int32 items and float32 probabilities, (people, TOP), best first, of what comes to these people at `moment`.

    Short histories go together, for the network answers them in a quarter of the time.
    """
    size = max(8, min(64, CELLS // max(log.catalogue.items, 1)))
    order = np.argsort(log.offsets[people + 1] - log.offsets[people], kind="stable")
    found = [
        top_of(mixture, log, part, hides_seen) for _, part in batches(next_requests(log, people[order], moment), size)
    ]
    item, score = (np.concatenate(column) for column in zip(*found, strict=True))
    back = np.argsort(order)
    return item[back], score[back]


def top_of(mixture: Mixture, log: Interactions, part: Requests, hides_seen: bool) -> tuple[np.ndarray, np.ndarray]:
    """int32 items and float32 probabilities, (requests, TOP), best first; of a small catalogue fewer than TOP."""
    scores = mixture.scores(log, part)
    sums = log_sums(scores)
    count = min(TOP, scores.shape[1])
    top = np.argpartition(scores, -count, axis=1)[:, -count:]
    value = np.take_along_axis(scores, top, axis=1)
    order = np.lexsort((top, -value), axis=1)
    top, value = np.take_along_axis(top, order, axis=1), np.take_along_axis(value, order, axis=1)
    chance = np.exp(value - sums[:, None])
    if hides_seen:
        # What is had is SEEN_PENALTY less likely than it would be, so it is only there where a catalogue ends.
        chance[_is_seen(log, part, top)] = np.nan
    return top.astype(np.int32), chance.astype(np.float32)


def _is_seen(log: Interactions, part: Requests, top: np.ndarray) -> np.ndarray:
    """bool, the shape of top: whether a person of the request has the item."""
    return np.stack([
        np.isin(top[row], log.item[log.offsets[part.user[row]] : part.end[row]]) for row in range(len(part))
    ])  # fmt: skip


def _table(numbers: np.ndarray, item: np.ndarray, score: np.ndarray, items: pa.Array) -> pa.Table:
    count = item.shape[1]
    kept = ~np.isnan(score.ravel())
    place = np.tile(np.arange(1, count + 1, dtype=np.int8), len(item))
    columns = {
        "user_no": np.repeat(numbers.astype(np.int64), count)[kept], "place": place[kept],
        "item_id": pa.DictionaryArray.from_arrays(pa.array(item.ravel()[kept]), items), "score": score.ravel()[kept],
    }  # fmt: skip
    return pa.table(columns, SCHEMA)
