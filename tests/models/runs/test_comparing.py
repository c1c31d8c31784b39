"""Two runs on the requests that both were tested on."""

from datetime import datetime

import numpy as np
import pytest

from models import runs
from models.runs.comparing import write_tested
from models.runs.registry import write_json


@pytest.fixture
def made(settings):
    """Make a run whose test requests are those of people `first` to 199, with these NDCGs."""

    def make(minute, ndcg, first=0, chosen="blend"):
        begun = runs.new_run(settings, {}, datetime(2026, 11, 24, 18, minute))
        write_json(begun.folder / "metrics.json", {"chosen": chosen})
        people = np.arange(first, 200)
        values = {"blend": np.full(len(people), ndcg), "popularity": np.full(len(people), 0.1)}
        write_tested(begun.folder, people, people + 1000, values)
        return runs.keep(settings, begun).id

    return make


def test_the_difference_is_taken_over_the_requests_of_both(settings, made):
    one, other = made(0, 0.3), made(1, 0.2, first=50)
    found = runs.compare(settings, one, other)
    assert found["runs"] == [one, other] and found["requests"] == 150
    assert found["ndcg@10"] == pytest.approx([0.3, 0.2]) and found["difference"] == pytest.approx(0.1)
    assert found["interval"] == pytest.approx([0.1, 0.1])


def test_each_run_is_judged_by_what_it_shows(settings, made):
    one, other = made(0, 0.3), made(1, 0.9, chosen="popularity")
    found = runs.compare(settings, one, other)
    assert found["chosen"] == ["blend", "popularity"] and found["ndcg@10"] == pytest.approx([0.3, 0.1])


def test_too_few_requests_in_common_say_nothing(settings, made):
    one, other = made(0, 0.3), made(1, 0.2, first=160)
    found = runs.compare(settings, one, other)
    assert (found["requests"], found["difference"], found["interval"]) == (40, None, None)
    runs.activate(settings, other)
    assert runs.deserves(settings, one) == (
        False,
        f"Run {other} still serves: the two share 40 test requests, too few to compare."
        " Activate this one if you prefer it.",
    )


def test_a_run_without_its_tested_requests_is_not_compared(settings, made):
    one, other = made(0, 0.3), made(1, 0.2)
    (runs.find_run(settings, one).folder / "tested.parquet").unlink()
    assert runs.compare(settings, one, other)["requests"] == 0


def test_the_first_run_serves(settings, made):
    one = made(0, 0.3, chosen="popularity")
    assert runs.deserves(settings, one) == (
        True, "It serves: no run was active, and it shows what won, popularity."
    )  # fmt: skip


def test_a_better_run_serves_and_one_that_is_not_clearly_better_does_not(settings, made):
    one, same, better = made(0, 0.2), made(1, 0.2), made(2, 0.3)
    runs.activate(settings, one)
    is_better, why = runs.deserves(settings, same)
    assert not is_better and "still serves" in why and "+0.0000 NDCG@10" in why
    is_better, why = runs.deserves(settings, better)
    assert is_better and why == (
        f"It serves: against run {one} it has +0.1000 NDCG@10 (+0.1000 to +0.1000) on 200 test requests."
    )
