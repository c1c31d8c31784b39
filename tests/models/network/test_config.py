"""The config as JSON."""

from collections.abc import Callable

import pytest

from data.errors import InputError
from models.interactions import Interactions
from models.network.config import NetworkConfig


def test_what_the_log_decides(circle_log: Callable[..., Interactions]) -> None:
    config = NetworkConfig().for_log(circle_log(words=True))
    assert (config.items, config.queries, config.interests, config.text_width, config.texts) == (12, 4, 3, 8, 16)
    assert config.mask_seen  # nine steps through twelve items repeat none
    assert not config.month
    assert NetworkConfig().for_log(circle_log()).texts == 0
    assert not NetworkConfig().for_log(circle_log(events=20)).mask_seen


def test_there_and_back() -> None:
    config = NetworkConfig(width=32, items=7, month=True)
    assert NetworkConfig.from_json(config.to_json()) == config


def test_what_is_no_config_is_said() -> None:
    with pytest.raises(InputError, match="is no JSON"):
        NetworkConfig.from_json("{")
    with pytest.raises(InputError, match="holds depth, unknown to this version. Train again"):
        NetworkConfig.from_json('{"depth": 3}')
    with pytest.raises(InputError, match="holds no object"):
        NetworkConfig.from_json("[]")
