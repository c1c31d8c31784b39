"""What training brings down: the cross-entropy of the items that came, over all items or over sampled ones."""

from typing import Any

from keras import ops

from models.network.encoder import Network

Tensor = Any
HIDDEN = -30_000.0


def batch_loss(network: Network, batch: dict[str, Tensor], shares: Tensor, training: bool) -> Tensor:
    """The weighted sum over a batch's targets, in nats: a mean where the weights sum to 1.

    `batch`: as `packing.Batches.epoch` makes it; `shares`: the popularity table, float16 (periods, items).
    """
    names = [tensor.name for tensor in network.encoder.inputs]
    query = network.encoder({name: batch[name] for name in names}, training=training)["query"]
    flat = {name: ops.reshape(batch[name], (-1,)) for name in ("target", "weight", "period")}
    query = ops.reshape(query, (-1, network.config.width))
    if network.config.sampled:
        losses = _sampled(network, query, flat, batch["negatives"], batch["log_chances"], shares)
    else:
        losses = _full(network, query, flat, shares)
    return ops.sum(losses * flat["weight"])


def _full(network: Network, query: Tensor, flat: dict[str, Tensor], shares: Tensor) -> Tensor:
    """-log p of each target over all items, (targets,); with label smoothing the mean over all items in part."""
    items = network.items
    logits = items.scores(query, items.all_items(), items.bias, ops.take(shares, flat["period"], axis=0))
    normaliser = ops.logsumexp(logits, axis=-1)
    hit = ops.take_along_axis(logits, flat["target"][:, None], axis=-1)[:, 0]
    smoothing = network.config.label_smoothing
    if smoothing:
        hit = (1 - smoothing) * hit + smoothing * ops.mean(logits, axis=-1)
    return normaliser - hit


def _sampled(network: Network, query: Tensor, flat: dict[str, Tensor], negatives: Tensor, log_chances: Tensor,
             shares: Tensor) -> Tensor:  # fmt: skip
    """-log p of each target, (targets,), the sum over all other items estimated from the negatives by importance.

    exp(score - log expected draws), summed over draws of items other than the target, estimates that sum without bias;
    draws of the target itself (accidental hits) are left out, for it is counted whole. Formula: Bengio & Senécal
    (2008); the target is not corrected because it is not drawn.
    """
    items = network.items
    target = flat["target"]
    popular = ops.cast(items.popular, "float32")

    def popularity(numbers: Tensor) -> Tensor:
        places = flat["period"] * network.config.items + numbers
        return popular * ops.cast(ops.take(ops.reshape(shares, (-1,)), places), "float32")

    hit = ops.sum(ops.cast(query * items.candidates(target), "float32"), axis=-1)
    hit = hit + ops.cast(ops.take(items.bias, target), "float32") + popularity(target)
    logits = ops.cast(ops.matmul(query, ops.transpose(items.candidates(negatives))), "float32")
    logits = logits + ops.cast(ops.take(items.bias, negatives), "float32") - log_chances
    logits = logits + popularity_of(shares, flat["period"], negatives) * popular
    is_hit = ops.equal(target[:, None], negatives[None, :])
    logits = ops.where(is_hit, HIDDEN, logits)
    return ops.logsumexp(ops.concatenate([hit[:, None], logits], axis=-1), axis=-1) - hit


def popularity_of(shares: Tensor, period: Tensor, items: Tensor) -> Tensor:
    """float32 (periods asked, items asked): columns of some items at some moments, the small table first."""
    columns = ops.take(shares, items, axis=1)
    return ops.cast(ops.take(columns, period, axis=0), "float32")
