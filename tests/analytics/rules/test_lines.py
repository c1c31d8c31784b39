import polars as pl
import pytest

from analytics.rules.lines import MOST_LINES, REST, lines_of
from data.errors import InputError


def frame(rows):
    return pl.DataFrame(rows, schema=["user", "basket", "item"], orient="row")


def test_a_line_counts_once_and_a_line_without_a_user_not_at_all():
    lines = lines_of(frame([("u", 1, "a"), ("u", 1, "a"), ("u", 1, "b"), (None, 1, "a"), ("u", None, "a")]), 10)
    assert lines.ids == ["a", "b"]
    assert (lines.user.tolist(), lines.basket.tolist(), lines.item.tolist()) == ([0, 0], [0, 0], [0, 1])


def test_baskets_of_the_same_name_are_different_baskets_of_different_users():
    lines = lines_of(frame([("u", 1, "a"), ("v", 1, "a"), ("v", 2, "a")]), 10)
    assert (lines.user.tolist(), lines.basket.tolist()) == ([0, 1, 1], [0, 1, 2])


def test_items_beyond_the_most_frequent_only_make_baskets_larger():
    lines = lines_of(frame([("u", 1, "a"), ("u", 1, "b"), ("u", 1, "c"), ("u", 2, "a"), ("u", 2, "c")]), 2)
    assert lines.ids == ["a", "c"]
    assert sorted(lines.item.tolist()) == [REST, 0, 0, 1, 1]


def test_items_can_be_named():
    assert lines_of(frame([("u", 1, "a"), ("u", 1, "b")]), ["z", "b", "z"]).ids == ["z", "b"]


def test_of_a_huge_basket_a_hundred_lines_are_kept_by_lot():
    rows = [("u", 1, f"i{n:03}") for n in range(150)] + [("u", 2, f"i{n:03}") for n in range(MOST_LINES)]
    lines = lines_of(frame(rows), 500)
    assert lines.cut == 1
    assert [(lines.basket == basket).sum() for basket in (0, 1)] == [100, 100]
    kept = sorted(lines.ids[each] for each in lines.item[lines.basket == 0])
    assert kept != [f"i{n:03}" for n in range(100)]
    assert lines_of(frame(rows), 500).item.tolist() == lines.item.tolist()


def test_the_half_of_a_user_hangs_on_nothing_but_the_user():
    users = [f"user {n}" for n in range(400)]
    all_of_them = lines_of(frame([(user, 1, "a") for user in users]), 1)
    some = lines_of(frame([(user, 7, "b") for user in users[200:]]), 1)
    halves = dict(zip(sorted(users), all_of_them.half.tolist(), strict=True))
    assert [halves[user] for user in sorted(users[200:])] == some.half.tolist()
    assert 160 < sum(halves.values()) < 240


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match=r"Baskets need the columns user, basket and item, and basket is missing."):
        lines_of(pl.DataFrame({"user": [1], "item": ["a"]}), 1)
