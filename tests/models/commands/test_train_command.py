"""The command train: what it asks of the training job and what it says of the run."""

import json

import pytest

import models.job
from data.errors import InputError
from models.__main__ import main

MADE = {
    "run": "2026-11-24T1800-1", "requests": 1200, "chosen": "blend", "weights": {"rules": 0.75, "popularity": 0.25},
    "note": "Too few for a sequence model.", "activated": True, "why": "It serves: no run was active.",
    "models": {
        "rules": {"ndcg@10": 0.2, "interval": [0.19, 0.21]}, "blend": {"ndcg@10": 0.25, "interval": [0.24, 0.26]},
        "popularity": {"ndcg@10": 0.1, "interval": None},
    },
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch):
    """What the job is asked for."""
    seen = []

    def trains(settings, **knobs):
        seen.append({name: value for name, value in knobs.items() if name != "progress"})
        return MADE

    monkeypatch.setattr(models.job, "train", trains)
    return seen


def test_it_hands_its_options_on(asked, capsys):
    assert main(["train", "--device", "cpu", "--resume", "--full", "--json"]) == 0
    assert asked == [{"device": "cpu", "resume": True, "full": True}]
    assert json.loads(capsys.readouterr().out) == MADE
    assert main(["train"]) == 0
    assert asked[1] == {"device": "auto", "resume": False, "full": False}


def test_it_says_what_the_run_came_to(asked, capsys):
    assert main(["train"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "Run 2026-11-24T1800-1, 1,200 test requests:",
        "  blend        NDCG@10 0.2500  0.2400 to 0.2600",
        "  rules        NDCG@10 0.2000  0.1900 to 0.2100   75% of the blend",
        "  popularity   NDCG@10 0.1000   25% of the blend",
        "Too few for a sequence model.",
        "It shows blend.",
        "It serves: no run was active.",
    ]


def test_it_says_why_it_could_not(monkeypatch, capsys):
    def fails(settings, **knobs):
        raise InputError("There are no events in this store yet.")

    monkeypatch.setattr(models.job, "train", fails)
    assert main(["train"]) == 1
    assert capsys.readouterr().err == "There are no events in this store yet.\n"
