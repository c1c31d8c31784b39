"""Goods and words of the planted shop: what a language model reads makes sense, in either language."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from data.samples.planted import make_knobs
from data.samples.planted.catalogue import interest_paths, make_catalogue
from data.samples.planted.tables import SEARCH_WORDS, search_words
from data.samples.planted.words import parts
from data.samples.planted.words_en import ENGLISH
from data.samples.planted.words_zh import CHINESE


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_department_has_its_words(language: Any) -> None:
    assert len(language.departments) == 26
    for department in language.departments:
        lengths = [
            len(set(parts(line))) for line in (department.adjectives, department.materials, *department.kinds.values())
        ]
        assert lengths == [6, 5, 6, 6, 6], department.name
    assert {len(texts) for texts in language.reviews.values()} == {4}
    assert sorted(language.reviews) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("rows", "items"), [(5_000, 780), (500_000, 1_248), (5_000_000, 12_012), (10**8, 12_012)])
def test_a_larger_log_has_more_items(rows: int, items: int) -> None:
    catalogue = make_catalogue(make_knobs(rows=rows))
    assert catalogue.height == items
    assert catalogue["item_id"].n_unique() == catalogue.select("k", "name").n_unique() == items
    assert catalogue["category"].n_unique() == 78
    assert (catalogue["price"] > 0).all()


def test_names_and_descriptions_say_what_an_item_is() -> None:
    knobs = make_knobs()
    for row in make_catalogue(knobs).sample(200, seed=1).iter_rows(named=True):
        assert row["name"].endswith(row["noun"])
        assert row["noun"] in row["description"]
        assert row["category"] == interest_paths(knobs)[row["k"]]


def test_people_search_for_the_goods_of_the_interest(make_shop: Callable[..., Any]) -> None:
    words = search_words(ENGLISH)
    assert words.height == 78 * SEARCH_WORDS
    lamps = words.filter(pl.col("k") == interest_paths(make_knobs()).index("lighting > lamps"))["query"]
    assert all(query.endswith(("lamp", "light")) for query in lamps)
    found = make_shop(rows=5_000, days=60, none=True).events.filter(pl.col("event_type") == "search")
    assert set(found["query"]) <= set(words["query"])
    assert found["item_id"].null_count() == found.height > 100


def test_stars_and_words_of_a_review_agree(still: Any) -> None:
    reviews = still.companion("reviews")
    texts = {stars: [text.split("{")[0] for text in said] for stars, said in ENGLISH.reviews.items()}
    for stars, text in reviews.select("rating", "review_text").iter_rows():
        assert any(text.startswith(said) for said in texts[int(stars)]), (stars, text)
        assert "{" not in text
    assert reviews["rating"].n_unique() == 5


def test_a_shop_in_chinese(make_shop: Callable[..., Any]) -> None:
    shop = make_shop(rows=6_000, days=60, chinese=True, only=["burst"])
    assert shop.fact("burst")["interests"][0] in {f"{d.name} > {kind}" for d in CHINESE.departments for kind in d.kinds}
    for column in ("item_name", "category", "query", "review_text"):
        assert shop.events[column].drop_nulls().str.contains(r"\p{Han}").all(), column
    assert set(shop.events["currency"].drop_nulls()) == {"CNY"}
