"""Steps of training on one device or several: batches in, weights moved."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.network.devices import Devices
from models.network.encoder import Network
from models.network.inputs import ASKED_INPUTS, EVENT_INPUTS, Arrays
from models.network.loss import batch_loss
from models.network.packing import Batches, Fill, log_shares

PREFETCH = 4


@keras.saving.register_keras_serializable("tideline")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises from nothing over so many steps and stays."""

    def __init__(self, rate: float, steps: int) -> None:
        self.rate, self.steps = rate, steps

    def __call__(self, step: Any) -> Any:
        return self.rate * tf.minimum(1.0, (tf.cast(step, tf.float32) + 1.0) / max(self.steps, 1))

    def get_config(self) -> dict[str, Any]:
        return {"rate": self.rate, "steps": self.steps}


class Steps:
    """A network, its optimiser and the running mean of its weights. Made inside the scope of the strategy."""

    def __init__(self, network: Network, devices: Devices, batches: Batches) -> None:
        self.network, self.devices, self.batches = network, devices, batches
        config = network.config
        self.learned = list(network.scorer.trainable_variables)
        self.optimiser = keras.optimizers.AdamW(
            WarmUp(config.learning_rate, config.warm_up), beta_2=config.beta_2, weight_decay=config.weight_decay
        )
        self.optimiser.build(self.learned)
        self.shares = tf.constant(log_shares(batches.popularity))
        self._mean: list[np.ndarray] = []
        self._epochs = 0
        self._gradients = tf.function(self._gradients_of, jit_compile=devices.compiles)
        self.step = tf.function(self._step)
        """(a batch of `dataset`) -> the mean loss over its targets, in nats."""

    def dataset(self, epoch: int, fill: Fill) -> Any:
        """A tf.data pipeline of the epoch's batches, each split among the devices; counts them in `fill`."""

        def parts() -> Iterator[Arrays]:
            rows = self.batches.config.batch // self.devices.replicas
            for batch in self.batches.epoch(epoch, fill):
                for replica in range(self.devices.replicas):
                    mine = slice(replica * rows, (replica + 1) * rows)
                    yield {name: array[mine] if array.ndim > 1 else array for name, array in batch.items()}

        def made(*_: Any) -> Any:
            return tf.data.Dataset.from_generator(parts, output_signature=self._signature()).prefetch(PREFETCH)

        if self.devices.replicas == 1:
            return made()
        return self.devices.strategy.distribute_datasets_from_function(made)

    def weights(self) -> list[np.ndarray]:
        """Copies of what is learned."""
        return [variable.numpy() for variable in self.learned]

    def give_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Set what is learned."""
        for variable, value in zip(self.learned, weights, strict=True):
            variable.assign(value)

    def end_epoch(self) -> None:
        """Let the weights enter their running mean, whose momentum is `config.average` (Polyak averaging by epochs)."""
        share = self.network.config.average
        now = self.weights()
        mean = self._mean or [np.zeros_like(each) for each in now]
        self._mean = [share * old + (1 - share) * new for old, new in zip(mean, now, strict=True)]
        self._epochs += 1

    def averaged(self) -> list[np.ndarray]:
        """The running mean over the epochs that have ended, its start at 0 taken out; without momentum the last."""
        whole = 1 - self.network.config.average**self._epochs
        return [each / np.float32(whole) for each in self._mean]

    def state(self) -> dict[str, list[np.ndarray]]:
        """Everything that going on needs: weights, dropout's seeds, the optimiser, the running mean."""
        return {
            "weights": self.weights(),
            "seeds": [variable.numpy() for variable in self._seeds()],
            "optimiser": [variable.numpy() for variable in self.optimiser.variables],
            "mean": self._mean,
            "count": [np.array(self._epochs)],
        }

    def restore(self, state: Mapping[str, Sequence[np.ndarray]]) -> None:
        """Take up a state that `state` gave."""
        self.give_weights(state["weights"])
        for variables, values in ((self._seeds(), state["seeds"]), (self.optimiser.variables, state["optimiser"])):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        self._mean, self._epochs = list(state["mean"]), int(state["count"][0])

    def _seeds(self) -> list[Any]:
        return [variable for variable in self.network.scorer.variables if "seed_generator" in variable.path]

    def _step(self, batch: dict[str, Any]) -> Any:
        strategy = self.devices.strategy
        losses = strategy.run(self._on_one, args=(batch,))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    def _on_one(self, batch: dict[str, Any]) -> Any:
        # Weights are 1 / targets of the whole batch: the optimiser adds gradients up over devices, which makes a mean.
        loss, gradients = self._gradients(batch)
        self.optimiser.apply(gradients, self.learned)
        return loss

    def _gradients_of(self, batch: dict[str, Any]) -> Any:
        variables = [variable.value for variable in self.learned]
        with tf.GradientTape() as tape:
            loss = batch_loss(self.network, batch, self.shares, training=True)
        found = tape.gradient(loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return loss, [tf.convert_to_tensor(gradient) for gradient in found]

    def _signature(self) -> dict[str, Any]:
        config = self.batches.config
        shape = (config.batch // self.devices.replicas, config.row)
        names = (*EVENT_INPUTS, *ASKED_INPUTS, "period", "target")
        found = {name: tf.TensorSpec(shape, tf.int32) for name in names}
        found["weight"] = tf.TensorSpec(shape, tf.float32)
        if config.sampled:
            found["negatives"] = tf.TensorSpec((config.negatives,), tf.int32)
            found["log_chances"] = tf.TensorSpec((config.negatives,), tf.float32)
        return found
