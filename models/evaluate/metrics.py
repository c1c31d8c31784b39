"""Figures of ranked lists: ranks of targets among all items, NDCG@10 and recall@10 over sets of targets."""

import numpy as np

from models.interactions import Requests

TOP = 10
"""The length of the lists that are judged."""
MISSED = TOP + 1
"""The rank of whatever is not in the list."""
DISCOUNT = 1.0 / np.log2(np.arange(2, TOP + 2))
IDEAL = np.cumsum(DISCOUNT)
"""The best discounted gain of a list with 1, 2, ... targets."""


def target_rows(requests: Requests) -> np.ndarray:
    """int64 (targets,): the number of the request to which each target belongs."""
    return np.repeat(np.arange(len(requests)), np.diff(requests.target_offsets))


def unique_targets(requests: Requests) -> Requests:
    """The same requests with every item of a step once."""
    row = target_rows(requests)
    pairs = np.unique(np.stack([row, requests.target.astype(np.int64)]), axis=1)
    offsets = np.searchsorted(pairs[0], np.arange(len(requests) + 1)).astype(np.int64)
    return Requests(requests.user, requests.end, requests.time, pairs[1].astype(np.int32), offsets)


def target_ranks(scores: np.ndarray, row: np.ndarray, item: np.ndarray) -> np.ndarray:
    """int64 (targets,): the rank of each target among all items, 1 the best, MISSED from there on.

    `scores` is (rows, items), `row` in rising order; a row's targets differ. Ties are pessimistic: a target ranks
    below every other item of the same score, and targets of one score share the places among themselves.
    """
    rank = np.full(len(item), MISSED, np.int64)
    own = scores[row, item]
    if scores.shape[1] > TOP:
        tenth = np.partition(scores, -TOP, axis=1)[:, -TOP]
        near = np.flatnonzero(own >= tenth[row])
    else:
        near = np.arange(len(item))
    if not len(near):
        return rank
    row, own = row[near], own[near]
    at_least = np.array([np.count_nonzero(scores[r] >= s) for r, s in zip(row, own, strict=True)])
    order = np.lexsort((-own, row))
    starts = (np.diff(row[order]) != 0) | (np.diff(own[order]) != 0)
    ends = np.append(np.flatnonzero(starts) + 1, len(near))
    index = np.arange(len(near))
    targets_behind = ends[np.searchsorted(ends, index, side="right")] - 1 - index
    rank[near[order]] = np.minimum(at_least[order] - targets_behind, MISSED)
    return rank


def list_figures(
    rank: np.ndarray, row: np.ndarray, requests: int, counted: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """NDCG@10 and recall@10, float64 (requests,): NaN where none of a request's targets counts.

    NDCG is the discounted gain 1 / log2(rank + 1) of the targets in the list over that of the best list (Järvelin and
    Kekäläinen 2002), which holds min(10, targets) of them; recall is the share of those min(10, targets) that is in
    the list. `counted`, bool (targets,), leaves the other targets out of both.
    """
    if counted is not None:
        rank, row = rank[counted], row[counted]
    targets = np.minimum(np.bincount(row, minlength=requests), TOP)
    hit = rank <= TOP
    gain = np.bincount(row[hit], weights=DISCOUNT[rank[hit] - 1], minlength=requests)
    hits = np.bincount(row[hit], minlength=requests)
    asked = targets > 0
    ndcg, recall = np.full(requests, np.nan), np.full(requests, np.nan)
    ndcg[asked] = gain[asked] / IDEAL[targets[asked] - 1]
    recall[asked] = hits[asked] / targets[asked]
    return ndcg, recall


def top_items(scores: np.ndarray) -> np.ndarray:
    """int64 (rows, at most TOP): the items of each list, in no order."""
    if scores.shape[1] <= TOP:
        return np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    return np.argpartition(scores, -TOP, axis=1)[:, -TOP:]
