"""Interest mixes of people: the same numbers as the forecast itself gives."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from models.interest_mix import InterestMix
from models.interest_mix.bands import Concentration
from models.recommender import Recommender
from models.recommender import interests as interests_module
from models.recommender.interests import foretell, foretell_everybody, load_forecast, save_forecast
from models.recommender.loading import load_served, the_run

DAY = 86_400


@pytest.fixture
def forecast(repeating):
    found = InterestMix(3.0, 4.0, Concentration(2.0, 0.1))
    found.keep(repeating)
    return found


def test_it_is_what_the_forecast_says_of_the_largest_interests(repeating, forecast):
    whole = forecast.of_histories(repeating, 30 * DAY)
    found = foretell(forecast, repeating, 30 * DAY, most=2)
    assert found.interest.shape == (40, 2)
    rows = np.arange(40)[:, None]
    for name in ("now", "low", "high"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name)[rows, found.interest])
    np.testing.assert_allclose(found.next, whole.mix[rows, found.interest])
    assert (found.next[:, 0] >= found.next[:, 1]).all()
    assert foretell(forecast, repeating, 30 * DAY).interest.shape == (40, 3)


def test_everybodys_mixes_are_written_in_pieces(repeating, forecast, tmp_path, monkeypatch):
    monkeypatch.setattr(interests_module, "GROUP", 7)
    save_forecast(tmp_path, forecast)
    assert load_forecast(tmp_path / "none") is None
    again = load_forecast(tmp_path)
    assert again is not None
    numbers = np.arange(40) + 500
    foretell_everybody(again, repeating, numbers, 30 * DAY, tmp_path)
    frame = pl.read_parquet(tmp_path / "interests.parquet")
    assert frame.columns == ["user_no", "interest", "now", "next", "low", "high"]
    assert frame["user_no"].to_list() == np.repeat(numbers, 3).tolist()
    own = frame.filter(pl.col("user_no") == 517)
    found = foretell(forecast, repeating, 30 * DAY)
    assert own["interest"].to_list() == [repeating.catalogue.interest_ids[n] for n in found.interest[17]]
    assert own["next"].to_list() == pytest.approx(found.next[17].tolist())
    assert own["high"].to_list() == pytest.approx(found.high[17].tolist())


def test_an_answer_tells_where_interests_go(settings, repeating, write_run, history, forecast):
    write_run(repeating)
    run = the_run(settings)
    events = history((3, "view", "I04"), (4, "view", "I04"))
    assert Recommender(load_served(run)).recommend(events, datetime(1970, 1, 30), 1).interests == []
    save_forecast(run.folder, forecast)
    recommender = Recommender(load_served(run))
    found = recommender.recommend(events, datetime(1970, 1, 30), 1).interests
    assert found[0]["interest"] == "b" and found[0]["now"] == 1.0
    assert found[0]["name"] == "Bs"
    assert sum(each["next"] for each in found) == pytest.approx(1)
    assert all(each["interval"][0] <= each["next"] <= each["interval"][1] for each in found)
    nobody = recommender.recommend(history(), datetime(1970, 1, 30), 1).interests
    assert [each["now"] for each in nobody] == pytest.approx([each["next"] for each in nobody])
    assert recommender.recommend(events, datetime(1970, 1, 30), 1, interests=False).interests == []
