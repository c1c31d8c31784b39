"""The exported network as it serves: the same numbers as in the evaluation, and what is said of damaged files."""

import numpy as np
import pytest

from data.errors import StoreError
from models.baselines.popularity import RecentPopularity
from models.interactions import Requests
from models.network.config import NetworkConfig
from models.recommender import network as network_module
from models.recommender.histories import next_requests
from models.recommender.network import CONFIG, FILES, SHORT_FILE, load_network, save_popularity

DAY = 86_400


def everybody(log, moments):
    time = np.resize(np.array(moments, np.int64), log.users)
    none = np.zeros(log.users + 1, np.int64)
    return Requests(np.arange(log.users, dtype=np.int32), log.offsets[1:] - 1, time, np.zeros(0, np.int32), none)


@pytest.mark.slow
def test_it_says_what_the_network_said_in_the_evaluation(repeating, once_only, tmp_path, monkeypatch):
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()
    from models.network import exporting
    from models.network.encoder import build_network, give_catalogue
    from models.network.packing import event_counts, popularity_of
    from models.network.scoring import Scoring

    monkeypatch.setattr(exporting, "SHORT", 5)  # so that there are histories on both sides
    monkeypatch.setattr(network_module, "SHORT", 5)
    for place, log in enumerate((repeating, once_only)):
        config = NetworkConfig(width=8, blocks=1, history=20).for_log(log)
        network = build_network(config)
        give_catalogue(network, log.catalogue, event_counts(log))
        weights = [np.random.default_rng(1).normal(0, 0.3, w.shape) for w in network.scorer.trainable_weights]
        for variable, value in zip(network.scorer.trainable_weights, weights, strict=True):
            variable.assign(value)
        folder = tmp_path / str(place)
        exporting.export(network, folder)
        save_popularity(folder, popularity_of(log, config))
        served = load_network(folder, log.catalogue)
        assert (folder / SHORT_FILE).exists()
        asked = everybody(log, [30 * DAY, 9 * DAY, 8 * DAY])
        expected = Scoring(network).log_probabilities(log, asked)
        np.testing.assert_allclose(served.log_probabilities(log, asked), expected, rtol=0, atol=1e-4)
        one = asked.part(np.array([3]))
        np.testing.assert_allclose(served.log_probabilities(log, one), expected[3:4], rtol=0, atol=1e-4)
        if place:  # what follows does not depend on what people of a shop repeat
            continue
        exporting.export_states(network, folder)
        known = Scoring(network).states(log, asked)
        np.testing.assert_allclose(served.states(log, asked), known, rtol=0, atol=1e-4)
        np.testing.assert_allclose(served.states(log, asked.part(np.array([3]))), known[3:4], rtol=0, atol=1e-4)
        _the_head_is_heard(log, served, Scoring(network), folder)


def _the_head_is_heard(log, served, scoring, folder):
    """A head that was kept moves the interests of people with a history as it was learned to."""
    from models.interest_mix import InterestMix
    from models.network.interest_head import InterestHead
    from models.recommender.interests import foretell, load_heard, save_head

    forecast = InterestMix(3.0, 4.0)
    forecast.keep(log)
    rng = np.random.default_rng(2)
    head = InterestHead(rng.normal(size=(8, 3)), rng.normal(size=3), np.zeros(8), np.ones(8))
    assert load_heard(folder, served) is None
    save_head(folder, head)
    assert load_heard(folder, None) is None
    heard = load_heard(folder, served)
    early = log.before(5_500)  # only some of the people have a history by then
    found = foretell(forecast, early, 30 * DAY, heard)
    plain = forecast.of_histories(early, 30 * DAY)
    known = np.diff(early.offsets) > 0
    states = scoring.states(early, next_requests(early, np.flatnonzero(known), 30 * DAY))
    expected = plain.mix.copy()
    expected[known] = np.exp(head.log_mix(np.log(plain.mix[known]), states))
    np.testing.assert_allclose(found.next, np.take_along_axis(expected, found.interest, axis=1), rtol=1e-3)
    assert known.any() and not known.all() and not np.allclose(expected, plain.mix)


def made(folder, items=12):
    folder.mkdir()
    (folder / CONFIG).write_text(NetworkConfig(items=items).to_json())
    save_popularity(folder, RecentPopularity(0, DAY, np.zeros((1, items), np.float32), 0.1))
    for name in FILES.values():
        (folder / name).write_bytes(b"nothing")


def test_a_run_without_a_network_has_none(catalogue, tmp_path):
    assert load_network(tmp_path, catalogue) is None


def test_a_network_that_does_not_fit(repeating, tmp_path):
    catalogue = repeating.catalogue
    made(tmp_path / "other", items=5)
    with pytest.raises(StoreError, match=r"of run other does not fit its catalogue of 12 items \(it knows 5 items\)"):
        load_network(tmp_path / "other", catalogue)
    made(tmp_path / "part")
    (tmp_path / "part" / "network.tflite").unlink()
    with pytest.raises(StoreError, match=r"network\.tflite is missing.*Train again, or activate another run"):
        load_network(tmp_path / "part", catalogue)
    made(tmp_path / "damaged")
    with pytest.raises(StoreError, match=r"network-64\.tflite of run damaged cannot be read"):
        load_network(tmp_path / "damaged", catalogue).log_probabilities(repeating, everybody(repeating, [30 * DAY]))
