"""LiteRT says what Keras says."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.interactions import Interactions, successive_requests
from models.network.config import NetworkConfig
from models.network.inputs import request_inputs

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("words", [True, False])
def test_litert_is_keras(
    words: bool, circle_log: Callable[..., Interactions], tiny_config: Callable[..., NetworkConfig], tmp_path: Path
) -> None:
    from ai_edge_litert.interpreter import Interpreter

    from models.network.devices import devices

    cpu = devices("cpu")
    from models.network.exporting import FILES, export, read_config
    from models.network.training import Trainer

    log = circle_log(users=30, words=words)
    config = tiny_config(log, epochs=2, learning_rate=0.02)
    trainer = Trainer(log, config, cpu)
    trainer.run()
    export(trainer.network, tmp_path)
    assert read_config(tmp_path) == config
    assert sorted(each.name for each in tmp_path.iterdir()) == ["network-64.tflite", "network.json", "network.tflite"]

    requests = successive_requests(log, 0)
    requests = requests.part(np.arange(64))
    arrays = request_inputs(log, requests, config)
    popularity = np.log(np.random.default_rng(0).dirichlet(np.ones(config.items)))[None].astype(np.float32)
    expected = trainer.network.scorer({**arrays, "popularity": popularity}).numpy()[:, 0]
    assert expected.std() > 0.1
    for batch, name in FILES.items():
        interpreter = Interpreter(str(tmp_path / name), num_threads=1)
        run = interpreter.get_signature_runner()
        assert set(run.get_input_details()) == {*arrays, "popularity"}
        for start in range(0, 64, batch):
            part = {key: array[start : start + batch] for key, array in arrays.items()}
            (found,) = run(**part, popularity=popularity).values()
            assert np.abs(found - expected[start : start + batch]).max() < 1e-5
