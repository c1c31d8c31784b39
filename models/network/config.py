"""What a network is made of and how it is trained: one frozen object, kept as JSON beside the weights."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from data.errors import InputError
from models.interactions import KINDS, Interactions
from models.ranking import expects_repeats

DAY = 86_400
SEASON_FROM_DAYS = 400
"""A month of the year is learnt only from logs that saw most months twice; else it is just a name for the present."""
CPU_TOKENS, GPU_TOKENS, LEAST_TOKENS = 3_200, 32_768, 512
"""Tokens of one step of training: at most on a CPU, at most on each GPU, and at least."""
STEPS = 60
"""Steps of an epoch that a short log is cut into."""


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes, training and seed of a network. `for_log` fills what the log decides."""

    width: int = 64
    blocks: int = 2
    heads: int = 2
    inner: int = 0
    """Width inside the feed-forward nets; 0: as outside."""
    dropout: float = 0.3
    id_dropout: float = 0.3
    """Share of training events that are shown by their words and interest alone, so that new items have vectors."""
    std: float = 0.02
    """Of the item embeddings at the start."""
    history: int = 64
    """The last events that a request is answered from."""
    row: int = 64
    """Tokens of a packed training row; also the longest window of one person's events. As long as a history: on
    ml-100k windows of 200 events, which no request has, cost 4 % of NDCG@10 and half of the speed."""
    batch: int = 0
    """Packed rows of one step of training, over all devices; 0: what `for_log` thinks right."""
    full_items: int = 5_000
    """Up to so many items the loss is the full cross-entropy, beyond it samples negatives."""
    negatives: int = 256
    learning_rate: float = 2e-3
    beta_2: float = 0.98
    warm_up: int = 100
    """Steps until the learning rate is reached."""
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    average: float = 0.99
    """Momentum of the running mean of the weights that is evaluated and kept; 0: the last weights themselves."""
    epochs: int = 40
    """At most so many; early stopping mostly ends before."""
    patience: int = 5
    """Epochs without a better score on the validation after which training ends."""
    half_life: float = 7.0
    """Days in which an event's part in the recent popularity falls by half."""
    seed: int = 0
    items: int = 0
    queries: int = 0
    interests: int = 0
    text_width: int = 0
    """Length of the language model's vectors; 0: the catalogue has none."""
    month: bool = False
    mask_seen: bool = False
    """Whether people take an item only once, so that what they have is no candidate."""

    def for_log(self, log: Interactions, tokens: int = CPU_TOKENS) -> "NetworkConfig":
        """The same with what this log decides: its catalogue, whether it has seasons, whether people repeat items, and
        steps small enough for 60 an epoch, of at most so many tokens."""
        catalogue = log.catalogue
        vectors, queries = catalogue.vectors, catalogue.query_vectors
        days = (int(log.time.max()) - int(log.time.min())) / DAY if log.events else 0
        most, fewest = tokens // self.row, LEAST_TOKENS // self.row
        return replace(
            self,
            batch=self.batch or max(fewest, min(most, log.events // (STEPS * self.row))),
            items=catalogue.items,
            queries=0 if vectors is None or queries is None else len(queries),
            interests=catalogue.interests,
            text_width=0 if vectors is None else vectors.shape[1],
            month=days >= SEASON_FROM_DAYS,
            mask_seen=not expects_repeats(log),
        )

    @property
    def texts(self) -> int:
        """Rows of the table of text vectors: items, then queries."""
        return self.items + self.queries if self.text_width else 0

    @property
    def kinds(self) -> int:
        return len(KINDS)

    @property
    def sampled(self) -> bool:
        """Whether the loss samples negatives."""
        return self.items > self.full_items

    def to_json(self) -> str:
        """One JSON object with every field."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "NetworkConfig":
        """The config of `to_json`.

        Raises:
            InputError: It is no JSON object, or has fields that this version does not know.
        """
        try:
            found: Any = json.loads(text)
        except ValueError as error:
            raise InputError(f"The network's config is no JSON ({error}). Train again.") from error
        names = {field.name for field in fields(cls)}
        unknown = sorted(set(found) - names) if isinstance(found, dict) else ["no object"]
        if unknown:
            raise InputError(f"The network's config holds {', '.join(unknown)}, unknown to this version. Train again.")
        return cls(**found)
