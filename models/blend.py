"""The blend: one ranker made of several, weighted by how well each says what came in the middle part of the log."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from data.errors import InputError
from data.progress import Progress, quiet
from models.interactions import Interactions, Requests
from models.mixing import Sample, candidates
from models.ranking import Ranker, batches, expects_repeats, in_company, normalised, seen_cells, without_seen
from models.refining import Judge, chosen_weights

MOST_REQUESTS = 2_000
"""Requests to which weights are fitted."""
BATCH = 64
GROUPS = (5, 25)
"""Lengths of history, in events, up to which a person is of the first, of the second group."""
NETWORK = "network"
"""The member that costs most, and has to be sure to make better lists."""


class Blend:
    """A log-linear mix of rankers: the softmax of the weighted sum of their log-probabilities.

    The weights are those of `models.refining`; their sum is the inverse temperature of the mix. Short and long
    histories get weights of their own where that helps people to whom they were not fitted.
    """

    name = "blend"

    def __init__(self, members: Sequence[Ranker], progress: Progress = quiet, seed: int = 0) -> None:
        self.members = list(members)
        self.weights = np.full((1, len(self.members)), 1 / max(len(self.members), 1))
        """float (groups, members): one row for everybody, or one for each group of GROUPS."""
        self.in_company = False
        """Whether members speak as they do in company, where they have such a way (`models.ranking.in_company`)."""
        self.hides_seen = False
        self._progress, self._seed = progress, seed

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """Tune and fit the members on `train`, then fit the weights to the requests."""
        for number, member in enumerate(self.members):
            self._progress(f"choosing: {member.name}", number / len(self.members))
            member.tune(train, log, requests)
            member.fit(train)
        self.hides_seen = not expects_repeats(train)
        self.choose(log, requests)

    def fit(self, train: Interactions) -> None:
        """Let every member learn from these events; the weights stay."""
        for number, member in enumerate(self.members):
            self._progress(f"learning: {member.name}", number / len(self.members))
            member.fit(train)
        self.hides_seen = not expects_repeats(train)

    def choose(self, log: Interactions, requests: Requests) -> None:
        """Fit the weights of members that have learned from earlier events."""
        rng = np.random.default_rng(self._seed)
        if len(requests) > MOST_REQUESTS:
            requests = requests.part(np.sort(rng.choice(len(requests), MOST_REQUESTS, replace=False)))
        costly = [number for number, member in enumerate(self.members) if member.name == NETWORK]
        group = _groups(log, requests)
        self.in_company = False
        judge = Judge(self._sample(log, requests), self._seed)
        found = chosen_weights(judge, group, costly)
        if any(in_company(member) is not member for member in self.members):
            self.in_company = True
            other = chosen_weights(Judge(self._sample(log, requests), self._seed), group, costly)
            self.in_company = judge.is_sure(other.gain - found.gain)
            found = other if self.in_company else found
        self.weights = found.weights

    def voices(self) -> list[Ranker]:
        """The members as they speak in this blend."""
        return [in_company(member) if self.in_company else member for member in self.members]

    def parts(self, log: Interactions, requests: Requests, said: Sequence[np.ndarray] = ()) -> list[np.ndarray]:
        """What each member says in this blend, float32 (requests, items) each. `said` is what they say alone, where
        that is known: those that have no other way are not asked again."""
        found = []
        for number, (member, voice) in enumerate(zip(self.members, self.voices(), strict=True)):
            known = voice is member and len(said) > 0
            found.append(said[number] if known else voice.log_probabilities(log, requests))
        return found

    def mixed(self, parts: Sequence[np.ndarray], log: Interactions, requests: Requests) -> np.ndarray:
        """The blend of what all members said, float32 (requests, items)."""
        return self._mixed(parts, range(len(parts)), log, requests)

    def _mixed(
        self, parts: Sequence[np.ndarray], members: Sequence[int], log: Interactions, requests: Requests
    ) -> np.ndarray:
        weights = self._weights_of(log, requests).astype(np.float32)
        score = np.zeros((len(requests), log.catalogue.items), np.float32)
        for part, number in zip(parts, members, strict=True):
            if self.weights[:, number].any():
                score += weights[:, number : number + 1] * part
        found = normalised(score)
        return without_seen(found, log, requests) if self.hides_seen else found

    def log_probabilities(self, log: Interactions, requests: Requests) -> np.ndarray:
        """The blend, without asking members of no weight."""
        used, voices = [n for n in range(len(self.members)) if self.weights[:, n].any()], self.voices()
        return self._mixed([voices[n].log_probabilities(log, requests) for n in used], used, log, requests)

    def shares(self) -> dict[str, float]:
        """Each member's part of the weights, which sum to 1: over groups the mean."""
        mean = self.weights.mean(axis=0)
        total = mean.sum() or 1.0
        return {member.name: float(weight / total) for member, weight in zip(self.members, mean, strict=True)}

    def temperature(self) -> float:
        """What the mix of weights that sum to 1 is divided by before the softmax: below 1 it is sharpened."""
        return float(1 / max(self.weights.mean(axis=0).sum(), 1e-9))

    def state(self) -> dict[str, Any]:
        """What `blend.json` keeps: {"members", "weights", "groups", "in_company", "hides_seen"}."""
        return {
            "members": [member.name for member in self.members],
            "weights": self.weights.tolist(),
            "groups": list(GROUPS) if len(self.weights) > 1 else [],
            "in_company": self.in_company,
            "hides_seen": self.hides_seen,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], members: Sequence[Ranker]) -> "Blend":
        """The blend of `state` over fitted members, which are matched by name and speak as they do in it."""
        by_name = {member.name: member for member in members}
        missing = [name for name in state["members"] if name not in by_name]
        if missing:
            raise InputError(
                f"The blend was made of {', '.join(state['members'])}, but {', '.join(missing)} cannot be loaded. "
                "Train again, or activate another run."
            )
        members = [by_name[name] for name in state["members"]]
        blend = cls([in_company(member) for member in members] if state.get("in_company") else members)
        blend.weights = np.array(state["weights"], float)
        blend.in_company, blend.hides_seen = bool(state.get("in_company")), bool(state["hides_seen"])
        return blend

    def _weights_of(self, log: Interactions, requests: Requests) -> np.ndarray:
        if len(self.weights) == 1:
            return np.repeat(self.weights, len(requests), axis=0)
        return np.asarray(self.weights[_groups(log, requests)])

    def _sample(self, log: Interactions, requests: Requests) -> Sample:
        pieces, rng = [], np.random.default_rng(self._seed)
        for _, part in batches(requests, BATCH):
            parts = self.parts(log, part)
            is_target, is_hidden = np.zeros(parts[0].shape, bool), np.zeros(parts[0].shape, bool)
            is_target[np.repeat(np.arange(len(part)), np.diff(part.target_offsets)), part.target] = True
            if self.hides_seen:
                is_hidden[seen_cells(log, part)] = True
            pieces.append(candidates(parts, is_target, is_hidden, rng))
        width = max(values.shape[1] for values, _, _ in pieces)
        padded = [_padded(piece, width) for piece in pieces]
        return Sample(requests.user, *(np.concatenate(column) for column in zip(*padded, strict=True)))


def _padded(piece: tuple[np.ndarray, np.ndarray, np.ndarray], width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, offset, target = piece
    more = width - values.shape[1]
    return (
        np.pad(values, ((0, 0), (0, more), (0, 0))),
        np.pad(offset, ((0, 0), (0, more)), constant_values=-np.inf),
        np.pad(target, ((0, 0), (0, more))),
    )


def _groups(log: Interactions, requests: Requests) -> np.ndarray:
    return np.searchsorted(GROUPS, requests.end - log.offsets[requests.user], side="left")
