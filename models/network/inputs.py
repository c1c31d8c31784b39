"""From events to the arrays that the network reads. NumPy only: the page process feeds LiteRT with the same code."""

import numpy as np

from models.interactions import Interactions, Requests
from models.network.config import DAY, NetworkConfig

GAPS = 31
"""0 for none, then floor(log2(seconds + 1)) + 1, at most 30: from 17 years on."""
WEEKDAYS, MONTHS = 8, 13
"""0 for none, then Monday to Sunday (1 to 7) and January to December (1 to 12), of UTC."""
EVENT_INPUTS = ("item", "text", "interest", "kind", "gap", "weekday", "month", "position", "segment", "step")
"""int32 (rows, tokens). `item`: number + 1, 0 for none. `text`: row of the text vectors + 1, items then queries, 0 for
none. `interest`, `kind`: number + 1. `gap`: bucket of the time since the step before. `position`: steps before it in
its segment. `segment`: 1, 2, ... inside a row, 0 for padding. `step`: number of the step inside the segment, from 1."""
ASKED_INPUTS = ("asked_segment", "asked_step", "asked_gap", "asked_weekday")
"""int32 (rows, asked): after which step of which segment something is asked, how long after it, and on which day."""

Arrays = dict[str, np.ndarray]


def gap_bucket(seconds: np.ndarray) -> np.ndarray:
    """The bucket of a gap, 1 to GAPS - 1; doubling the gap is one bucket more.

    >>> gap_bucket(np.array([0, 1, 2, 3, 86_400])).tolist()
    [1, 2, 2, 3, 17]
    """
    exponent = np.frexp(np.maximum(seconds, 0) + 1.0)[1]
    return np.clip(exponent, 1, GAPS - 1).astype(np.int32)


def weekday(time: np.ndarray) -> np.ndarray:
    """1 (Monday) to 7.

    >>> weekday(np.array([0, 4 * 86_400])).tolist()  # a Thursday, a Monday
    [4, 1]
    """
    return ((time // DAY + 3) % 7 + 1).astype(np.int32)


def month(time: np.ndarray) -> np.ndarray:
    """1 (January) to 12."""
    return (np.asarray(time).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(np.int32)


def event_arrays(log: Interactions, rows: np.ndarray, config: NetworkConfig) -> Arrays:
    """What single events say: item, text, interest, kind, gap, weekday and month of these rows of the log, each int32.

    The gap is that to the step before, wherever that lies in the log: a window's first event knows it too.
    """
    item, query, time = log.item[rows], log.query[rows], log.time[rows]
    known = (item >= 0) & (item < config.items)
    item = np.where(known, item, -1)
    interest = np.where(known, log.catalogue.interest[np.maximum(item, 0)], -1)
    text = np.where((query >= 0) & (query < config.queries), config.items + query, -1)
    text = np.where(known, item, text) if config.text_width else np.full_like(item, -1)
    before = np.searchsorted(log.step, log.step[rows]) - 1
    has_before = before >= log.offsets[log.user[rows]]
    gap = gap_bucket(time - log.time[np.maximum(before, 0)]) * has_before
    arrays = {
        "item": item + 1,
        "text": text + 1,
        "interest": np.where(interest < config.interests, interest, -1) + 1,
        "kind": log.kind[rows] + 1,
        "gap": gap,
        "weekday": weekday(time),
        "month": month(time) if config.month else np.zeros_like(gap),
    }
    return {name: array.astype(np.int32) for name, array in arrays.items()}


def steps_inside(step: np.ndarray, is_start: np.ndarray) -> np.ndarray:
    """Steps numbered from 1 in each segment of rows that lie one after the other; is_start marks first rows.

    >>> steps_inside(np.array([4, 4, 5, 7, 7]), np.array([True, False, False, True, False])).tolist()
    [1, 1, 2, 1, 1]
    """
    changes = np.ones(len(step), bool)
    changes[1:] = step[1:] != step[:-1]
    count = np.cumsum(changes | is_start)
    start = np.maximum.accumulate(np.where(is_start, np.arange(len(step)), 0)) if len(step) else is_start
    return (count - count[start] + 1).astype(np.int32)


def request_inputs(log: Interactions, requests: Requests, config: NetworkConfig) -> Arrays:
    """The arrays of EVENT_INPUTS (requests, history), filled up with 0 on the right, and of ASKED_INPUTS (requests, 1).

    A history are its last `config.history` events. Where that cuts a step, the items of higher number stay, so that
    the order of the file never matters.
    """
    count, length = len(requests), config.history
    ends = requests.end.astype(np.int64)
    starts = np.maximum(log.offsets[requests.user], ends - length)
    sizes = ends - starts
    row = np.repeat(np.arange(count), sizes)
    place = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    rows = np.repeat(starts, sizes) + place
    step = steps_inside(log.step[rows], place == 0)
    found = {**event_arrays(log, rows, config), "segment": np.ones_like(step), "step": step, "position": step - 1}
    arrays = {name: np.zeros((count, length), np.int32) for name in EVENT_INPUTS}
    for name, array in arrays.items():
        array[row, place] = found[name]
    has_history = sizes > 0
    last = log.time[np.maximum(ends - 1, 0)] if log.events else np.zeros(count, np.int64)
    arrays["asked_segment"] = has_history.astype(np.int32)[:, None]
    arrays["asked_step"] = arrays["step"].max(axis=1, initial=0)[:, None]
    arrays["asked_gap"] = (gap_bucket(requests.time - last) * has_history).astype(np.int32)[:, None]
    arrays["asked_weekday"] = weekday(requests.time)[:, None]
    return arrays
