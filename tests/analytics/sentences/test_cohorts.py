from datetime import date

import polars as pl

from analytics.cohorts import cohort_mix, moved_to, retention
from analytics.cohorts.moves import MOVED_SCHEMA
from analytics.lifecycle import lifecycle
from analytics.sentences.cohorts import came_back, states, turned_to, worth
from data.scope import Scope

START = date(2024, 1, 1)


def grid(rates, size=100, before=False):
    """One monthly cohort per rate, which is its retention at age 1; 10 in the first month, 2 in the second."""
    return pl.DataFrame(
        [
            {
                "cohort": date(2023 + row // 12, row % 12 + 1, 1),
                "size": size,
                "from_before": before,
                "age": age,
                "users": round(size * share),
                "retention": share,
                "revenue_per_user": worth_of,
                "revenue_so_far": 10.0 + 2 * age,
                "complete": True,
            }
            for row, rate in enumerate(rates)
            for age, share, worth_of in ((0, 1.0, 10.0), (1, rate, 2.0))
        ]
    )


def test_how_many_came_back_is_pooled_over_cohorts():
    assert came_back(grid([0.2, 0.4]), cohort="month") == (
        "Of 200 people who came since the log began, these were active again: 30 % after 1 month."
    )


def test_newer_cohorts_are_compared_with_older_ones():
    assert came_back(grid([0.2] * 6 + [0.4] * 6, 500), cohort="month").endswith(
        "Newer cohorts come back more often: 40 % against 20 % after one month."
    )
    assert came_back(grid([0.4] * 6 + [0.2] * 6, 500), cohort="month").endswith(
        "Newer cohorts come back less often: 20 % against 40 % after one month."
    )
    assert came_back(grid([0.1, 0.5, 0.2, 0.4, 0.1, 0.5, 0.2, 0.45]), cohort="month").endswith(
        "No clear difference between older and newer cohorts after one month."
    )


def test_too_few_people_or_too_young_cohorts_say_so():
    text = "No month cohort of at least 20 people has aged a whole month yet, so nobody can say who comes back."
    assert came_back(grid([0.5], size=5), cohort="month") == text
    assert came_back(grid([0.5]).filter(pl.col("age") == 0), cohort="month") == text
    assert came_back(grid([0.5]).clear(), cohort="month") == text
    assert (
        worth(grid([0.5]).clear(), cohort="month")
        == "No month cohort has aged a whole month yet, so later revenue cannot be told."
    )


def test_what_a_person_brings_adds_up():
    assert worth(grid([0.5, 0.5]), cohort="month") == (
        "A person brings 10 in the first month on average, and in all 12 after 1 month. Later ages rest "
        "on older cohorts only."
    )


def mix(shares):
    return pl.DataFrame([
        {"cohort": START, "age": 0, "id": name, "name": name, "share": share, "events": 10, "complete": True}
        for name, share in shares.items()
    ])  # fmt: skip


def moves(*rows):
    base = dict.fromkeys(MOVED_SCHEMA)
    return pl.DataFrame(
        [{**base, "id": n, "name": n, "gain": g, "clear": c, "events_later": 50} for n, g, c in rows],
        schema=MOVED_SCHEMA,
    )


def test_where_a_cohort_came_from_and_turned_to():
    own = mix({"unsorted": 0.5, "tea": 0.3, "art": 0.2})
    assert turned_to(
        own, moves(("art", 0.04, True), ("mugs", 0.01, False), ("tea", -0.03, True)), cohort="month", start=START
    ) == (
        "People who came in Jan 2024 came most of all for 'tea' (30 %) and 'art' (20 %); later they moved "
        "more than others to "
        "'art' (+4.0 points, 50 events) and away from 'tea' (-3.0 points)."
    )
    assert turned_to(own, moves(("tea", -0.03, True)), cohort="quarter", start=START).endswith(
        "later they moved away from 'tea' (-3.0 points) more than others."
    )
    assert turned_to(own, moves(("art", 0.04, False)), cohort="week", start=START) == (
        "People who came in the week of 1 Jan 2024 came most of all for 'tea' (30 %) and 'art' (20 %); "
        "since then they moved no "
        "differently from others of the same age, as far as can be told."
    )
    assert turned_to(own, moves(), cohort="month", start=START).endswith("They have no complete later month yet.")
    assert turned_to(mix({"none": 1.0}), moves(), cohort="month", start=START) == (
        "People who came in Jan 2024 did nothing that belongs to an interest."
    )


def people(new, returning, resurrected, lapsing, dormant, complete=True):
    return pl.DataFrame([{
        "start": START, "complete": complete, "id": "t", "name": "tea", "new": new, "returning": returning,
        "resurrected": resurrected, "lapsing": lapsing, "dormant": dormant,
    }])  # fmt: skip


def test_who_is_active_and_who_goes_quiet():
    assert states(people(1, 5, 2, 3, 9), grain="month") == (
        "At the end of the month from 1 Jan 2024, 8 people were active in 'tea': 1 new, 5 returning, 2 "
        "back after 90 days or "
        "more; 3 are lapsing and 9 dormant. More came back than came new: the dormant are worth an invitation."
    )
    assert states(people(3, 1, 1, 9, 0), grain="month").endswith("remind them before they go dormant.")
    assert states(people(3, 5, 1, 2, 0), grain="month").endswith("2 are lapsing and 0 dormant.")
    assert states(people(3, 5, 1, 2, 0, complete=False), grain="week") == (
        "No complete week yet, so nobody can be called new or dormant."
    )


def test_every_sentence_can_be_made_of_a_store(shop):
    by_month, by_week = (retention(shop, Scope(), cohort=cohort) for cohort in ("month", "week"))
    about = {"cohort": "month", "by": "category", "start": START}
    own, moves = cohort_mix(shop, Scope(), **about), moved_to(shop, Scope(), **about)
    toys = lifecycle(shop, Scope(), by="category", grain="month").filter(id="toys")
    for sentence in (
        came_back(by_month, cohort="month"), worth(by_week, cohort="week"),
        turned_to(own, moves, cohort="month", start=START), states(toys, grain="month"),
    ):  # fmt: skip
        assert sentence.endswith(".")
