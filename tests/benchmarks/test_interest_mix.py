"""The benchmark of the interest mix meets its bars on Complete Journey."""

import json

import pytest

from benchmarks import interest_mix


@pytest.mark.slow
def test_every_bar_is_met_and_every_figure_written(tmp_path, capsys):
    path = tmp_path / "lines.json"
    assert interest_mix.main(["--plain", "--json", str(path)]) == 0
    found = {each["what"]: each for each in json.loads(path.read_text())}
    assert found["log-loss, nats an item: shrunk exponentially weighted mix"]["figure"] == pytest.approx(
        4.050, abs=5e-4
    )
    assert found["log-loss, nats an item: everybody's last period"]["figure"] == pytest.approx(4.348, abs=5e-4)
    assert "3,571 household-periods" in capsys.readouterr().out
