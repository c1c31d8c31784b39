"""python -m models evaluate on a file: one JSON object, lines for people, clear errors, no TensorFlow without need."""

import json
import subprocess
import sys

import numpy as np
import pytest

from data.settings import ROOT
from models.__main__ import main


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """People who walk through 20 items one after another."""
    found = tmp_path_factory.mktemp("evaluate") / "walks.csv"
    rng = np.random.default_rng(0)
    rows = ["user,item,timestamp"]
    for user in range(40):
        begins, item = int(rng.integers(0, 5_000)), int(rng.integers(20))
        rows += [f"u{user},i{(item + step) % 20},{begins + 10_000 * step}" for step in range(25)]
    found.write_text("\n".join(rows) + "\n")
    return found


def test_one_json_object_on_standard_output(path, capsys):
    assert main(["evaluate", "--file", str(path), "--without", "network", "--json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["protocol"] == "temporal"
    assert (found["users"], found["items"], found["events"]) == (40, 20, 1000)
    assert {"popularity", "item-knn", "ease", "rules", "blend"} <= set(found["models"])
    assert found["models"]["rules"]["ndcg@10"] > 0.9
    assert found["chosen"] in found["models"]
    assert "Infinity" not in shown.out
    assert "NaN" not in shown.out


def test_a_table_and_what_the_blend_adds_for_people(path, capsys):
    assert main(["evaluate", "--file", str(path), "--without", "network", "--protocol", "loo"]) == 0
    told = capsys.readouterr().err
    assert "NDCG@10" in told
    assert "Blend minus best rival" in told
    assert "40 requests of 40 people, 20 items." in told
    assert "only to compare with published tables" in told


def test_a_file_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(["evaluate", "--file", str(tmp_path / "none.csv"), "--without", "network"]) == 1
    assert "There is no file" in capsys.readouterr().err


def test_without_the_network_no_tensorflow_is_loaded(path):
    code = (
        "import sys; from models.__main__ import main; "
        f"main(['evaluate', '--file', {str(path)!r}, '--without', 'network']); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
