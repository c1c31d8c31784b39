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
AVERAGED_EVERY = 8
"""Steps between two entries of the weights into their running mean."""


@keras.saving.register_keras_serializable("tideline")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises from nothing over so many steps and stays."""

    def __init__(self, rate: float, steps: int) -> None:
        self.rate, self.steps = rate, steps

    def __call__(self, step: Any) -> Any:
        return self.rate * tf.minimum(1.0, (tf.cast(step, tf.float32) + 1.0) / max(self.steps, 1))

    def get_config(self) -> dict[str, Any]:
        return {"rate": self.rate, "steps": self.steps}


@keras.saving.register_keras_serializable("tideline")
class FusedAdam(keras.optimizers.Adam):
    """Keras' Adam, its update in one kernel instead of a dozen: tables of items are mostly what is updated."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        step = tf.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle, m=self._momentums[index].value.handle, v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype), beta1=self.beta_1, beta2=self.beta_2, epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )  # fmt: skip


class Steps:
    """A network, its optimiser and the running mean of its weights. Made inside the scope of the strategy."""

    def __init__(self, network: Network, devices: Devices, batches: Batches) -> None:
        self.network, self.devices, self.batches = network, devices, batches
        config = network.config
        self.learned = list(network.scorer.trainable_variables)
        self.optimiser = FusedAdam(
            WarmUp(config.learning_rate, config.warm_up), beta_2=config.beta_2,
            weight_decay=config.weight_decay or None,
        )  # fmt: skip
        self.optimiser.build(self.learned)
        shares = log_shares(batches.popularity)
        self.shares = tf.constant(shares.T if config.sampled else shares)
        self._mean = [
            tf.Variable(each.value, trainable=False, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
            for each in self.learned
        ]
        self._gradients = tf.function(self._gradients_of, jit_compile=devices.compiles)
        self._one_step = tf.function(self._step)
        self._one_average = tf.function(self._average)

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

    def step(self, batch: Any, number: int) -> Any:
        """Learn from a batch of `dataset`, the number of which in the epoch is told; comes back with the mean loss
        over its targets, in nats."""
        loss = self._one_step(batch)
        if number % AVERAGED_EVERY == 0:
            self.average()
        return loss

    def average(self) -> None:
        """Let the weights enter their running mean; at the end of an epoch too, which may be shorter than a turn."""
        if self.network.config.average:
            self._one_average()

    def weights(self) -> list[np.ndarray]:
        """Copies of what is learned."""
        return [variable.numpy() for variable in self.learned]

    def give_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Set what is learned."""
        for variable, value in zip(self.learned, weights, strict=True):
            variable.assign(value)

    def averaged(self) -> list[np.ndarray]:
        """The running mean of the weights; without momentum the weights themselves."""
        return [variable.numpy() for variable in self._mean] if self.network.config.average else self.weights()

    def state(self) -> dict[str, list[np.ndarray]]:
        """Everything that going on needs: weights, dropout's seeds, the optimiser, the running mean."""
        return {
            "weights": self.weights(),
            "seeds": [variable.numpy() for variable in self._seeds()],
            "optimiser": [variable.numpy() for variable in self.optimiser.variables],
            "mean": [variable.numpy() for variable in self._mean],
        }

    def restore(self, state: Mapping[str, Sequence[np.ndarray]]) -> None:
        """Take up a state that `state` gave."""
        self.give_weights(state["weights"])
        parts = {"seeds": self._seeds(), "optimiser": self.optimiser.variables, "mean": self._mean}
        for name, variables in parts.items():
            for variable, value in zip(variables, state[name], strict=True):
                variable.assign(value)

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

    def _average(self) -> None:
        """Let the weights enter their running mean (Polyak and Juditsky 1992), at first with more than their share, so
        that the start is soon forgotten."""
        turns = tf.cast(self.optimiser.iterations, tf.float32) / AVERAGED_EVERY
        share = 1.0 - tf.minimum(self.network.config.average**AVERAGED_EVERY, turns / (turns + 10.0))
        for mean, variable in zip(self._mean, self.learned, strict=True):
            mean.assign_add(share * (tf.cast(variable.value, mean.dtype) - mean))

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
