"""Everybody's read-outs in one Parquet file: which interests a person's events carry, and which events show each."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.engine import fsync
from data.progress import Progress, quiet
from models.interactions import Interactions, Requests
from models.network.encoder import Network
from models.network.inputs import Arrays, request_inputs
from models.network.readouts import COUNT, ReadOuts, read_out
from models.network.scoring import SCORED, filled

EVENTS = 3
"""Events told of each read-out."""
FILE = "readouts.parquet"
GROUP = 100_000
"""Rows of one row group, about."""
SCHEMA = pa.schema(
    [("user_no", pa.int64()), ("readout", pa.int8()), ("interest", pa.dictionary(pa.int32(), pa.string())),
     ("share", pa.float32()), ("place", pa.int8()), ("item_id", pa.dictionary(pa.int32(), pa.string())),
     ("attention", pa.float32())]
)  # fmt: skip


def write_readouts(
    network: Network, layer: ReadOuts, log: Interactions, numbers: np.ndarray, moment: int, folder: Path,
    progress: Progress = quiet,
) -> None:  # fmt: skip
    """Write readouts.parquet [user_no, readout, interest, share, place, item_id, attention] into `folder`.

    Of every person with items in the history at `moment` (seconds since 1970, no event of the log later), a row for
    each of the EVENTS events that a read-out attends to most, place 1 the most; `interest` is the one that most of the
    read-out's attention lies on and `share` how much, null where none of the items has one. Read-outs of one interest
    are told once, with the attention of the larger share. `numbers` are the people's numbers in the store.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.new"
    texts = [
        pa.array(list(log.catalogue.interest_ids), pa.string()),
        pa.array(list(log.catalogue.item_ids), pa.string()),
    ]
    asked = np.flatnonzero(np.diff(log.offsets))
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        waiting: list[list[np.ndarray]] = []
        for start in range(0, len(asked), SCORED):
            people = asked[start : start + SCORED]
            waiting.append(_told(network, layer, log, people, numbers[people], moment))
            if sum(len(rows[0]) for rows in waiting) >= GROUP or start + SCORED >= len(asked):
                writer.write_table(_table([np.concatenate(column) for column in zip(*waiting, strict=True)], texts))
                waiting = []
                progress("reading out", (start + len(people)) / len(asked))
    fsync(temporary)
    os.replace(temporary, folder / FILE)


def _told(network: Network, layer: ReadOuts, log: Interactions, people: np.ndarray, numbers: np.ndarray,
          moment: int) -> list[np.ndarray]:  # fmt: skip
    """The columns of SCHEMA for some people, texts by number, -1 for none."""
    count = len(people)
    requests = Requests(
        people.astype(np.int32), log.offsets[people + 1], np.full(count, moment, np.int64), np.zeros(0, np.int32),
        np.zeros(count + 1, np.int64),
    )  # fmt: skip
    arrays = request_inputs(log, requests, network.config)
    attention = read_out(network, layer, {name: filled(array) for name, array in arrays.items()})[:count]
    interest, share = interests_of(attention, arrays, log.catalogue.interests)
    rows = list(_rows(attention, arrays, interest, share))
    if not rows:
        return [np.zeros(0, np.int64) for _ in SCHEMA]
    row, *others = (np.array(column) for column in zip(*rows, strict=True))
    return [numbers[row].astype(np.int64), *others]


def interests_of(attention: np.ndarray, arrays: Arrays, interests: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of the interest that each read-out attends to most, -1 for none, and its share: (rows, COUNT)."""
    row, place = np.nonzero(arrays["interest"])
    sums = np.zeros((len(attention), COUNT, max(interests, 1)), np.float32)
    for number in range(COUNT):
        np.add.at(sums[:, number], (row, arrays["interest"][row, place] - 1), attention[row, number, place])
    share = sums.max(axis=2)
    return np.where(share > 0, sums.argmax(axis=2), -1), share


def _rows(attention: np.ndarray, arrays: Arrays, interest: np.ndarray, share: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """(row, readout, interest, share, place, item, attention) of what is told of each row, most attention first."""
    is_item = arrays["item"] > 0
    weight = np.where(is_item[:, None], attention, 0)
    order = np.argsort(-weight, axis=2, kind="stable")[:, :, :EVENTS]
    for row in range(len(attention)):
        told: set[int] = set()
        for number in np.argsort(-share[row], kind="stable").tolist():
            kind = int(interest[row, number])
            if kind in told:
                continue
            told.add(kind)
            for place, event in enumerate(order[row, number].tolist(), start=1):
                if weight[row, number, event] > 0:
                    item = arrays["item"][row, event] - 1
                    yield row, len(told), kind, share[row, number], place, item, weight[row, number, event]


def _table(columns: list[np.ndarray], texts: list[pa.Array]) -> pa.Table:
    user, readout, interest, share, place, item, attention = columns
    no_interest = interest < 0
    return pa.table(
        [
            pa.array(user), pa.array(readout.astype(np.int8)),
            pa.DictionaryArray.from_arrays(pa.array(interest.astype(np.int32), mask=no_interest), texts[0]),
            pa.array(share.astype(np.float32), mask=no_interest), pa.array(place.astype(np.int8)),
            pa.DictionaryArray.from_arrays(pa.array(item.astype(np.int32)), texts[1]),
            pa.array(attention.astype(np.float32)),
        ],
        SCHEMA,
    )  # fmt: skip
