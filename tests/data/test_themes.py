"""Themes as stored: ids, edits laid over them, and what publishing is told."""

import numpy as np
import pytest

from data import themes
from data.errors import InputError
from data.settings import Settings


def theme(theme_id: str, name: str = "") -> themes.Theme:
    return themes.Theme(theme_id, name or f"name of {theme_id}", ("word",), np.ones(4, np.float32) / 2, 1, 0.5)


def clustered(settings: Settings, *ids: str, encoder: str = "minilm") -> None:
    rows = [(f"item-{each}", each, 0.9, "hash") for each in ids]
    themes.save_clustering(settings, encoder, [theme(each) for each in ids], rows)


def mapped(settings: Settings) -> dict[str, tuple[str, str, bool]]:
    return {raw: (final, name, excluded) for raw, final, name, excluded in themes.effective(settings).iter_rows()}


def test_a_store_without_themes_has_empty_frames(settings: Settings) -> None:
    assert themes.themes(settings) == [] and themes.edits(settings) == [] and themes.known_ids(settings) == set()
    assert themes.encoder(settings) is None and themes.space(settings) is None
    assert themes.theme_items(settings).columns == ["item_id", "theme", "similarity", "text_hash"]
    assert themes.effective(settings).columns == ["raw_id", "theme_id", "name", "excluded"]
    assert themes.theme_queries(settings).height == themes.history(settings).height == 0


def test_a_clustering_is_kept_whole(settings: Settings) -> None:
    kept = theme("t01", "mugs")
    themes.save_clustering(
        settings, "e5", [kept], [("a", "t01", 0.75, "h"), ("b", "", 0.1, "h")], [("mug", "t01", 0.5)], space=b"blob"
    )
    found = themes.themes(settings)[0]
    assert (found.id, found.name, found.words, found.items) == ("t01", "mugs", ("word",), 1)
    assert found.centroid.tolist() == kept.centroid.tolist()
    assert themes.encoder(settings) == "e5" and themes.space(settings) == b"blob"
    assert themes.theme_items(settings).rows() == [("a", "t01", 0.75, "h"), ("b", "", 0.1, "h")]
    assert themes.theme_queries(settings).rows() == [("mug", "t01")]


def test_themes_left_out_of_a_clustering_are_retired_and_stay_known(settings: Settings) -> None:
    clustered(settings, "t01", "t02")
    themes.save_clustering(settings, "minilm", [theme("t02")], [("x", "t02", 1.0, "h")], history=[("t01", "t02", 0.6)])
    assert [each.id for each in themes.themes(settings)] == ["t02"]
    assert themes.known_ids(settings) == {"t01", "t02"}
    assert themes.history(settings).select("old_id", "new_id", "overlap").rows() == [("t01", "t02", 0.6)]
    assert themes.theme_items(settings)["item_id"].to_list() == ["x"]


def test_assignments_join_those_kept_before(settings: Settings) -> None:
    clustered(settings, "t01")
    themes.save_assignments(settings, [("new", "t01", 0.5, "h")], [("query", "t01", 0.4)])
    assert themes.theme_items(settings)["item_id"].to_list() == ["item-t01", "new"]
    assert themes.theme_queries(settings).rows() == [("query", "t01")]


def test_rename_shows_the_last_name_without_its_blanks(settings: Settings) -> None:
    clustered(settings, "t01", "t02")
    themes.add_edit(settings, "rename", "t01", "cups")
    last = themes.add_edit(settings, "rename", "t01", "  mugs ")
    assert mapped(settings)["t01"] == ("t01", "mugs", False)
    themes.remove_edit(settings, last)
    assert mapped(settings)["t01"] == ("t01", "cups", False)
    assert mapped(settings)["t02"] == ("t02", "name of t02", False)


def test_a_chain_of_merges_ends_in_its_last_theme(settings: Settings) -> None:
    clustered(settings, "t01", "t02", "t03")
    themes.add_edit(settings, "merge", "t03", "t02")
    themes.add_edit(settings, "merge", "t02", "t01")
    themes.add_edit(settings, "rename", "t01", "all")
    assert set(mapped(settings).values()) == {("t01", "all", False)}


def test_excluded_with_all_that_joined_and_included_again(settings: Settings) -> None:
    clustered(settings, "t01", "t02")
    themes.add_edit(settings, "merge", "t02", "t01")
    themes.add_edit(settings, "exclude", "t01")
    assert [excluded for _, _, excluded in mapped(settings).values()] == [True, True]
    themes.add_edit(settings, "include", "t01")
    assert [excluded for _, _, excluded in mapped(settings).values()] == [False, False]


def test_edits_come_back_oldest_first(settings: Settings) -> None:
    clustered(settings, "t01")
    first = themes.add_edit(settings, "rename", "t01", "one")
    second = themes.add_edit(settings, "exclude", "t01")
    assert [(each.id, each.action, each.target) for each in themes.edits(settings)] == [
        (first, "rename", "one"),
        (second, "exclude", None),
    ]


def test_an_edit_taken_back_may_close_a_circle(settings: Settings) -> None:
    clustered(settings, "t01", "t02", "t03")
    themes.add_edit(settings, "merge", "t01", "t02")
    away = themes.add_edit(settings, "merge", "t01", "t03")
    themes.add_edit(settings, "merge", "t02", "t01")
    themes.remove_edit(settings, away)
    assert {raw: final for raw, (final, _, _) in mapped(settings).items()} == {"t01": "t01", "t02": "t01", "t03": "t03"}


def test_a_merge_into_a_theme_that_was_retired_is_left_aside(settings: Settings) -> None:
    clustered(settings, "t01", "t02")
    themes.add_edit(settings, "merge", "t02", "t01")
    clustered(settings, "t02", "t03")
    assert mapped(settings)["t02"] == ("t02", "name of t02", False)


@pytest.mark.parametrize(
    ("action", "theme_id", "target", "message"),
    [
        ("paint", "t01", None, "'paint' is not an edit of themes. Use rename, merge, exclude, include."),
        ("exclude", "t09", None, "There is no theme 't09' to exclude. Themes in this store: t01, t02, t03."),
        ("merge", "t01", "t09", "There is no theme 't09' to merge. Themes in this store: t01, t02, t03."),
        ("rename", "t01", " ", "Theme 't01' needs a name of at least one letter. Give one."),
        ("rename", "t01", None, "Theme 't01' needs a name of at least one letter. Give one."),
        ("merge", "t01", None, "Say which theme 't01' should join."),
        ("merge", "t01", "t01", "Themes 't01' and 't01' are one theme already. Choose two different ones."),
        ("merge", "t02", "t03", "Themes 't02' and 't03' are one theme already. Choose two different ones."),
        ("rename", "t03", "x", "Theme 't03' has joined 't02'. Say 't02' to rename both."),
        ("exclude", "t03", None, "Theme 't03' has joined 't02'. Say 't02' to exclude both."),
    ],
)
def test_edits_that_cannot_be(settings: Settings, action: str, theme_id: str, target: str | None, message: str) -> None:
    clustered(settings, "t01", "t02", "t03")
    themes.add_edit(settings, "merge", "t03", "t02")
    with pytest.raises(InputError) as refused:
        themes.add_edit(settings, action, theme_id, target)
    assert refused.value.message == message
    assert len(themes.edits(settings)) == 1


def test_an_edit_in_a_store_without_themes(settings: Settings) -> None:
    with pytest.raises(InputError, match="no theme 't01' to exclude. Themes in this store: none yet"):
        themes.add_edit(settings, "exclude", "t01")


def test_an_edit_that_is_not_there_cannot_be_taken_back(settings: Settings) -> None:
    with pytest.raises(InputError, match="There is no edit 5 of themes. Edits known: none."):
        themes.remove_edit(settings, 5)
    clustered(settings, "t01")
    made = themes.add_edit(settings, "exclude", "t01")
    with pytest.raises(InputError, match=f"There is no edit 99 of themes. Edits known: {made}."):
        themes.remove_edit(settings, 99)


def test_reset_forgets_everything(settings: Settings) -> None:
    clustered(settings, "t01")
    themes.add_edit(settings, "exclude", "t01")
    themes.reset(settings)
    assert themes.themes(settings) == [] and themes.edits(settings) == [] and themes.encoder(settings) is None
    assert themes.theme_items(settings).is_empty() and themes.known_ids(settings) == set()
