"""What training brings down: the cross-entropy of the items that came, over all items or over sampled ones."""

from typing import Any

from keras import ops

from models.network.encoder import Network

Tensor = Any
HIDDEN = -30_000.0


def batch_loss(network: Network, batch: dict[str, Tensor], shares: Tensor, training: bool) -> Tensor:
    """The weighted sum over a batch's targets, in nats: a mean where the weights sum to 1.

    `batch`: as `packing.Batches.epoch` makes it; `shares`: the popularity table, float16 (periods, items), turned round
    where negatives are sampled, so that an item's row is read and no column.
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
    target, period = flat["target"], flat["period"]
    popular = ops.cast(items.popular, "float32")

    places = target * ops.shape(shares)[1] + period
    hit = ops.sum(ops.cast(query * items.candidates(target), "float32"), axis=-1)
    hit = hit + popular * ops.cast(ops.take(ops.reshape(shares, (-1,)), places), "float32")
    hit = hit + ops.cast(ops.take(items.bias, target), "float32")
    # What does not depend on the query is added up by periods, which are fewer than targets.
    offset = popular * ops.cast(ops.transpose(ops.take(shares, negatives, axis=0)), "float32")
    offset = offset + ops.cast(ops.take(items.bias, negatives), "float32") - log_chances
    logits = ops.cast(ops.matmul(query, ops.transpose(items.candidates(negatives))), "float32")
    logits = logits + ops.take(offset, period, axis=0)
    logits = ops.where(ops.equal(target[:, None], negatives[None, :]), HIDDEN, logits)
    # The target's own score is put beside the others by hand: a column more would copy them all.
    most = ops.stop_gradient(ops.maximum(ops.max(logits, axis=-1), hit))
    others = ops.sum(ops.exp(logits - most[:, None]), axis=-1)
    return ops.log(others + ops.exp(hit - most)) + most - hit
