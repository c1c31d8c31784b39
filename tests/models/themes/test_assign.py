"""Who belongs where over a store's life: found once, joined after, found again only when asked."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from data import themes as stored
from data.settings import Settings
from models.themes import assign, theme_text

Vectors = Callable[[Sequence[str]], np.ndarray]
Planted = tuple[list[tuple[str, str]], np.ndarray]
Items = list[tuple[str, str]]


@pytest.fixture
def sort(settings: Settings, vectors: Vectors) -> Callable[..., dict[str, Any]]:
    """Assign items and search words, with the vectors of their theme texts."""

    def run(items: Items, queries: Sequence[str] = (), *, encoder: str = "minilm", **options: Any) -> dict[str, Any]:
        rows = vectors([theme_text(text) for _, text in items])
        asked = vectors([theme_text(query) for query in queries])
        return assign(settings, encoder, items, rows, list(queries), asked, **options)

    return run


@pytest.fixture
def themed(planted: Planted, sort: Callable[..., dict[str, Any]]) -> Items:
    """A store in which the planted catalogue is sorted."""
    sort(planted[0])
    return planted[0]


def where(settings: Settings) -> dict[str, str]:
    return dict(stored.theme_items(settings).select("item_id", "theme").iter_rows())


def ids_of(items: Items, settings: Settings, kind: str) -> set[str]:
    placed = where(settings)
    return {placed[item] for item, _ in items if item.startswith(kind) and placed[item]}


def test_kinds_become_themes_and_colours_do_not(themed: Items, settings: Settings) -> None:
    found = stored.themes(settings)
    assert [each.id for each in found] == [f"t{number:02d}" for number in range(1, len(found) + 1)]
    first_words = {each.words[0] for each in found}
    assert first_words >= {"mug", "bag", "candle", "clock", "sign", "ribbon"}
    assert not {word for each in found for word in each.words} & {"red", "blue", "green", "white"}
    assert stored.encoder(settings) == "minilm"
    assert sum(each.items for each in found) == sum(bool(theme) for theme in where(settings).values())


def test_the_outcome_counts(planted: Planted, sort: Callable[..., dict[str, Any]], settings: Settings) -> None:
    outcome = sort(planted[0])
    unsorted = sum(not theme for theme in where(settings).values())
    assert outcome == {
        "themes": len(stored.themes(settings)), "assigned": 60 - unsorted, "unsorted": unsorted,
        "changed": True, "reason": None,
    }  # fmt: skip


def test_nothing_moves_without_news(themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings) -> None:
    before = stored.theme_items(settings)
    outcome = sort(themed)
    assert not outcome["changed"] and outcome["assigned"] == 0
    assert stored.theme_items(settings).equals(before)


def test_new_items_join_and_nothing_else_moves(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    themes_before = [(each.id, each.name, each.centroid.tolist()) for each in stored.themes(settings)]
    before = where(settings)
    outcome = sort([*themed, ("new-1", "YELLOW TEA MUG"), ("new-2", "PINK LUNCH BAG")])
    after = where(settings)
    assert outcome["assigned"] == 2 and outcome["changed"]
    assert {item: after[item] for item in before} == before
    assert after["new-1"] == before["mug-0"] and after["new-2"] == before["bag-11"]
    assert [(each.id, each.name, each.centroid.tolist()) for each in stored.themes(settings)] == themes_before


def test_a_renamed_item_moves_alone(themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings) -> None:
    before = where(settings)
    renamed = [(item, "BLUE TEA CLOCK" if item == "mug-0" else text) for item, text in themed]
    sort(renamed)
    after = where(settings)
    assert after.pop("mug-0") in ids_of(themed, settings, "clock")
    before.pop("mug-0")
    assert after == before


def test_an_item_like_nothing_else_is_unsorted(
    themed: Items, settings: Settings, vectors: Vectors, planted: Planted
) -> None:
    centroids = np.stack([each.centroid for each in stored.themes(settings)])
    away = -centroids.mean(0, keepdims=True) - planted[1].mean(0)
    outcome = assign(settings, "minilm", [("odd", "XYLOPHONE")], away.astype(np.float32), [], vectors([]))
    assert where(settings)["odd"] == "" and outcome["assigned"] == 0 and outcome["unsorted"] == 1


def test_search_words_go_to_the_nearest_theme_once(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    assert sort(themed, ["tea mug", "zzz"])["changed"]
    asked = dict(stored.theme_queries(settings).iter_rows())
    assert asked["tea mug"] == where(settings)["mug-0"] and asked["zzz"]
    assert not sort(themed, ["tea mug", "zzz"])["changed"]


def test_clustering_again_keeps_ids_and_tells_what_became_of_them(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    before, known = where(settings), stored.known_ids(settings)
    more = [*themed, *((f"lamp-{n}", f"{word} lamp") for n, word in enumerate(("desk", "wall", "tea", "owl", "ship")))]
    outcome = sort(more, recluster=True)
    after = where(settings)
    assert outcome["changed"] and set(after) == {item for item, _ in more}
    stay = [item for item, theme in before.items() if theme and after[item] == theme]
    assert len(stay) >= 0.8 * len(before)
    history = {old: new for old, new, _, _ in stored.history(settings).iter_rows()}
    assert set(history) <= known and {before["mug-0"], before["bag-11"]} <= set(history)
    assert set(history.values()) <= {each.id for each in stored.themes(settings)}


def test_retired_ids_are_not_given_again(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    first = {each.id for each in stored.themes(settings)}
    sorts = ("bold", "fine", "warm", "thin", "old", "dear")
    others = [(f"other-{kind}-{what}", f"{what} {kind}") for kind in ("hat", "shoe", "sock", "coat") for what in sorts]
    sort(others, recluster=True)
    second = {each.id for each in stored.themes(settings)}
    assert second and not first & second
    assert stored.known_ids(settings) == first | second


def test_another_language_model_clusters_again(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    before = where(settings)
    sort(themed, encoder="e5")
    assert stored.encoder(settings) == "e5" and where(settings) == before
    assert stored.history(settings).height == len(stored.themes(settings))


def test_edits_survive_a_clustering_that_keeps_the_theme(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    mug = where(settings)["mug-0"]
    stored.add_edit(settings, "rename", mug, "Mugs")
    sort(themed, recluster=True)
    names = dict(stored.effective(settings).select("raw_id", "name").iter_rows())
    assert names[where(settings)["mug-0"]] == "Mugs"


@pytest.mark.parametrize("count", [0, 1, 19])
def test_few_items_are_all_unsorted(count: int, sort: Callable[..., dict[str, Any]], settings: Settings) -> None:
    items = [(f"i{number}", f"{chr(97 + number) * 3} mug") for number in range(count)]
    outcome = sort(items, ["mug"])
    assert outcome["themes"] == outcome["assigned"] == 0 and outcome["unsorted"] == count
    assert outcome["reason"] == "Themes need items of at least 20 different names; until then all items are unsorted."
    assert set(where(settings).values()) <= {""} and stored.themes(settings) == []
    assert stored.theme_queries(settings).rows() == [("mug", "")]
    assert not sort(items, ["mug"])["changed"]


def test_themes_come_once_there_are_enough_items(
    planted: Planted, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    sort(planted[0][:5])
    assert sort(planted[0])["themes"] > 1
    assert {item: theme for item, theme in where(settings).items() if theme}


def test_a_catalogue_that_shrank_keeps_its_themes(
    themed: Items, sort: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    found = [each.id for each in stored.themes(settings)]
    assert sort(themed[:3])["themes"] == len(found)
    assert sort([])["unsorted"] == 0
    assert [each.id for each in stored.themes(settings)] == found


def test_equal_vectors_do_not_fail(settings: Settings) -> None:
    items = [(f"i{number}", f"{chr(97 + number)}{chr(97 + number)} mug") for number in range(25)]
    same = np.full((25, 8), 8**-0.5, np.float32)
    outcome = assign(settings, "minilm", items, same, [], np.zeros((0, 8), np.float32))
    assert outcome["themes"] >= 1 and outcome["assigned"] + outcome["unsorted"] == 25
    again = assign(settings, "minilm", [*items, ("new", "zz mug")], np.vstack([same, same[:1]]), [], same[:0])
    assert again["assigned"] + again["unsorted"] >= 1
