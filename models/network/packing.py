"""Training rows: several people's histories packed into one row of tokens, so that nothing is computed for padding."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.baselines.popularity import RecentPopularity
from models.interactions import Interactions
from models.network.config import NetworkConfig
from models.network.inputs import ASKED_INPUTS, EVENT_INPUTS, Arrays, event_arrays, steps_inside

PSEUDO = 0.1
"""Events that every item is given beside its own in the recent popularity."""
REPLAY = 0.2
"""Windows of earlier events learned from again, of each window of new ones."""
CHUNK = 8_192
"""Windows that are packed together: enough to fill rows to 99 %, few enough to hold in memory."""


@dataclass(frozen=True)
class Packed:
    """Where windows lie: window w covers log rows starts[w] to ends[w], from token `place` of packed row `row` on."""

    starts: np.ndarray
    ends: np.ndarray
    row: np.ndarray
    place: np.ndarray
    rows: int


def windows(log: Interactions, longest: int, rng: np.random.Generator | None) -> tuple[np.ndarray, np.ndarray]:
    """First and last-but-one log rows of windows of at most `longest` events that do not overlap, int64 each.

    A longer history is cut at an offset drawn anew by `rng`, so that over the epochs every event is seen with a past;
    without rng the first window is whole. Windows of one step, from which nothing can be learnt, are left out.
    """
    sizes = np.diff(log.offsets)
    first = np.full(log.users, longest) if rng is None else rng.integers(1, longest + 1, log.users)
    first = np.where(sizes <= longest, np.maximum(sizes, 1), first)
    counts = np.where(sizes > 0, 1 + -(-np.maximum(sizes - first, 0) // longest), 0)
    user = np.repeat(np.arange(log.users), counts)
    number = np.arange(len(user)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = log.offsets[user] + np.where(number > 0, first[user] + (number - 1) * longest, 0)
    ends = np.minimum(log.offsets[user] + first[user] + number * longest, log.offsets[user + 1])
    teaches = log.step[starts] != log.step[ends - 1] if log.events else np.zeros(0, bool)
    return starts[teaches], ends[teaches]


def pack(starts: np.ndarray, ends: np.ndarray, length: int) -> Packed:
    """Put each window into the fullest row that still holds it (best fit), else into a new one.

    Rows of equal free space wait in one list, and a bit per list says which are not empty: no search over rows.
    """
    row, place = np.zeros(len(starts), np.int32), np.zeros(len(starts), np.int32)
    waiting: list[list[int]] = [[] for _ in range(length + 1)]
    filled, rows = 0, 0
    for window, size in enumerate((ends - starts).tolist()):
        holds = filled >> size
        if holds:
            free = size + (holds & -holds).bit_length() - 1
            found = waiting[free].pop()
            if not waiting[free]:
                filled &= ~(1 << free)
        else:
            free, found, rows = length, rows, rows + 1
        row[window], place[window] = found, length - free
        if free > size:
            waiting[free - size].append(found)
            filled |= 1 << (free - size)
    return Packed(starts, ends, row, place, rows)


@dataclass
class Fill:
    """Tokens that are events and tokens in all, counted while batches are made."""

    events: int = 0
    tokens: int = 0
    targets: int = 0

    @property
    def share(self) -> float:
        return self.events / self.tokens if self.tokens else 0.0


class Batches:
    """The batches of an epoch, the same ones whenever asked: everything drawn comes from the seed and the epoch."""

    def __init__(self, log: Interactions, config: NetworkConfig, since: int | None = None) -> None:
        """`since` learns from windows with an event from that moment on (seconds since 1970), and replays others, as
        many as REPLAY of those, so that what was learned before is not forgotten."""
        self.log, self.config, self.since = log, config, since
        self.popularity = popularity_of(log, config)
        self.chances = negative_chances(log) if config.sampled else None
        self.cumulative = np.cumsum(self.chances) if self.chances is not None else None

    @property
    def expected(self) -> int:
        """About how many batches an epoch has."""
        return max(1, -(-self.log.events // (self.config.batch * self.config.row)))

    def epoch(self, number: int, fill: Fill | None = None) -> Iterator[Arrays]:
        """Arrays of EVENT_INPUTS and ASKED_INPUTS (batch, row) and what is to be learnt: `target`, the item's number;
        `weight`, 1 / targets of the batch or 0; `period`, the row of the popularity table. Where negatives are
        sampled also `negatives` and `log_chances` (negatives,): the log of how often each was to be expected."""
        rng = np.random.default_rng([self.config.seed, number])
        starts, ends = windows(self.log, self.config.row, rng)
        order = rng.permutation(len(starts))
        if self.since is not None:
            is_new = self.log.time[ends[order] - 1] >= self.since
            replayed = order[~is_new][: round(REPLAY * is_new.sum())]
            order = rng.permutation(np.concatenate([order[is_new], replayed]))
        left = order[:0]
        for begin in range(0, len(order), CHUNK):
            chosen = np.concatenate([left, order[begin : begin + CHUNK]])
            # The longest first, as they are hardest to place; rows are shuffled afterwards.
            chosen = chosen[np.argsort(starts[chosen] - ends[chosen], kind="stable")]
            packed = pack(starts[chosen], ends[chosen], self.config.row)
            shuffled = rng.permutation(packed.rows)
            # Rows that fill no batch are packed again with the next windows; only the epoch's last batch is short.
            kept = packed.rows if begin + CHUNK >= len(order) else packed.rows // self.config.batch * self.config.batch
            left = chosen[np.isin(packed.row, shuffled[kept:])]
            yield from self._of(packed, shuffled[:kept], rng, fill)

    def _of(self, packed: Packed, rows: np.ndarray, rng: np.random.Generator, fill: Fill | None) -> Iterator[Arrays]:
        by_row = np.argsort(packed.row, kind="stable")
        bounds = np.searchsorted(packed.row[by_row], np.arange(packed.rows + 1))
        for begin in range(0, len(rows), self.config.batch):
            chosen = rows[begin : begin + self.config.batch]
            sizes = bounds[chosen + 1] - bounds[chosen]
            inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            here = by_row[np.repeat(bounds[chosen], sizes) + inside]
            batch = self.arrays(packed, here, np.repeat(np.arange(len(chosen)), sizes), inside + 1)
            if self.chances is not None:
                batch.update(self._negatives(rng))
            if fill is not None:
                fill.events += int((batch["segment"] > 0).sum())
                fill.tokens += batch["segment"].size
                fill.targets += int((batch["weight"] > 0).sum())
            yield batch

    def arrays(self, packed: Packed, chosen: np.ndarray, row: np.ndarray, segment: np.ndarray) -> Arrays:
        """One batch: the chosen windows in these rows of it, as these segments."""
        log, config = self.log, self.config
        sizes = packed.ends[chosen] - packed.starts[chosen]
        inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = np.repeat(packed.starts[chosen], sizes) + inside
        at = (np.repeat(row, sizes), np.repeat(packed.place[chosen], sizes) + inside)
        found = event_arrays(log, rows, config)
        step = steps_inside(log.step[rows], inside == 0)
        found.update(segment=np.repeat(segment, sizes), step=step, position=step - 1)
        # Each event is itself what was asked after the step before: its moment, its gap, its item.
        found.update(asked_segment=found["segment"], asked_step=step - 1)
        found.update(asked_gap=found["gap"], asked_weekday=found["weekday"])
        found.update(period=periods(self.popularity, log.time[rows]), target=np.maximum(found["item"] - 1, 0))
        shape = (config.batch, config.row)
        arrays = {name: np.zeros(shape, np.int32) for name in (*EVENT_INPUTS, *ASKED_INPUTS, "period", "target")}
        for name, array in arrays.items():
            array[at] = found[name]
        is_target = (found["item"] > 0) & (step > 1)
        arrays["weight"] = np.zeros(shape, np.float32)
        arrays["weight"][at] = is_target / max(int(is_target.sum()), 1)
        return arrays

    def _negatives(self, rng: np.random.Generator) -> Arrays:
        assert self.chances is not None
        assert self.cumulative is not None
        drawn = np.searchsorted(self.cumulative, rng.random(self.config.negatives) * self.cumulative[-1], side="right")
        drawn = np.minimum(drawn, len(self.chances) - 1)
        expected = np.log(self.chances[drawn] * self.config.negatives)
        return {"negatives": drawn.astype(np.int32), "log_chances": expected.astype(np.float32)}


def popularity_of(log: Interactions, config: NetworkConfig) -> RecentPopularity:
    """What was popular at each moment of a log, told from events strictly before."""
    return RecentPopularity.of(log, config.half_life, PSEUDO)


def periods(popularity: RecentPopularity, time: np.ndarray) -> np.ndarray:
    """int32: the row of its table that holds at each moment."""
    row = (time - popularity.first) // popularity.step
    return np.clip(row, 0, len(popularity.counts) - 1).astype(np.int32)


def log_shares(popularity: RecentPopularity) -> np.ndarray:
    """float16 (periods, items): its whole table as the log of each item's share."""
    shares = popularity.counts + np.float32(popularity.pseudo)
    return np.log(shares / shares.sum(axis=1, keepdims=True)).astype(np.float16)


def event_counts(log: Interactions) -> np.ndarray:
    """int64 (items,): events of each item."""
    return np.bincount(log.item[log.item >= 0], minlength=log.catalogue.items)


def negative_chances(log: Interactions) -> np.ndarray:
    """Float (items,): how likely one draw is each item, in proportion to (events + 1)^0.75; they sum to 1.

    Formula: Mikolov et al. (2013), the noise distribution of negative sampling; an item without events can be drawn.
    """
    chances = (event_counts(log) + 1.0) ** 0.75
    return chances / chances.sum()
