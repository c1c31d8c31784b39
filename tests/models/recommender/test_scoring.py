"""Everybody scored: the same items and probabilities as for each person alone."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from models.recommender import NO_MASKS, Recommender
from models.recommender import scoring as scoring_module
from models.recommender.loading import load_served, the_run
from models.recommender.scoring import score_everybody

DAY = 86_400
QUERIES = ["blue cup", "red lamp"]


@pytest.mark.parametrize("name", ["repeating", "once_only"])
def test_everybody_gets_what_each_would_get_alone(settings, request, name, write_run, history, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring_module, "GROUP", 7)
    log = request.getfixturevalue(name)
    write_run(log)
    served = load_served(the_run(settings))
    numbers = np.arange(log.users) + 500
    told = []
    count = score_everybody(served, log, numbers, 30 * DAY, tmp_path, lambda stage, part: told.append((stage, part)))
    frame = pl.read_parquet(tmp_path / "users.parquet")
    assert count == log.users == 40 and told[-1] == ("scoring everybody", 1.0)
    assert frame.columns == ["user_no", "place", "item_id", "score"]
    assert frame["user_no"].unique(maintain_order=True).to_list() == numbers.tolist()
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []
    for person in (0, 17, 39):
        rows = range(log.offsets[person], log.offsets[person + 1])
        events = history(*[
            (1 + int(log.time[row]) // DAY, "search", QUERIES[log.query[row]]) if log.item[row] < 0
            else (1 + int(log.time[row]) // DAY, "view", log.catalogue.item_ids[log.item[row]]) for row in rows
        ])  # fmt: skip
        alone = Recommender(served).recommend(events, datetime(1970, 1, 31), 20, reasons=False).items
        own = frame.filter(pl.col("user_no") == person + 500)
        assert own["item_id"].to_list() == [each["item_id"] for each in alone]
        assert own["place"].to_list() == list(range(1, len(alone) + 1))
        assert own["score"].to_list() == pytest.approx([each["score"] for each in alone], rel=1e-3)
    everything = Recommender(served).recommend(history(), datetime(1970, 1, 31), 20, NO_MASKS).items
    assert len(everything) == 12


def test_people_without_events_are_left_out(settings, repeating, write_run, tmp_path):
    write_run(repeating)
    served = load_served(the_run(settings))
    early = repeating.before(5 * 1000)
    assert score_everybody(served, early, np.arange(40), 30 * DAY, tmp_path) == len(np.unique(early.user))
