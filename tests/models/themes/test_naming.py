"""Names of themes: distinctive words, no colours, no two alike."""

import numpy as np

from models.themes.naming import distinctive_words, is_named, names


def test_words_common_inside_and_rare_outside_come_first() -> None:
    texts = ["tea mug", "coffee mug", "party mug", "party bag", "lunch bag", "shopper bag"]
    found = distinctive_words(texts, np.array([0, 0, 0, 1, 1, 1]), np.ones(6), 2)
    assert found[0][0] == "mug" and found[1][0] == "bag"
    assert set(found[0]) <= {"mug", "tea", "coffee", "party"}


def test_singular_and_plural_are_one_word() -> None:
    texts = ["candle", "candles", "fairy", "fairies", "glass", "glasses"]
    found = distinctive_words(texts, np.array([0, 0, 1, 1, 2, 2]), np.ones(6), 3)
    assert found == [["candle"], ["fairy"], ["glass"]]


def test_colour_words_are_never_names() -> None:
    found = distinctive_words(["red", "red", "red mug", "bag"], np.array([0, 0, 0, 1]), np.ones(4), 2)
    assert found == [["mug"], ["bag"]]


def test_weights_decide_which_word_leads() -> None:
    found = distinctive_words(["mug", "jug", "bag"], np.array([0, 0, 1]), np.array([1.0, 9.0, 5.0]), 2)
    assert found[0] == ["jug", "mug"]


def test_unsorted_texts_count_only_as_outside() -> None:
    found = distinctive_words(["mug tea", "mug", "tea", "tea"], np.array([0, 0, -1, -1]), np.ones(4), 1)
    assert found[0][0] == "mug"


def test_chinese_pairs_become_words() -> None:
    found = distinctive_words(["马克杯", "马克杯", "连衣裙"], np.array([0, 0, 1]), np.ones(3), 2)
    assert found == [["马克杯"], ["连衣裙"]]


def test_names_are_three_words_and_part_by_a_fourth_or_a_number() -> None:
    assert names([["a", "b", "c", "d"]]) == ["a / b / c"]
    assert names([["a", "b", "c", "d"], ["a", "b", "c", "e"]]) == ["a / b / c", "a / b / c / e"]
    assert names([["a"], ["a"], ["a"]]) == ["a", "a (2)", "a (3)"]
    assert names([["a"]], taken=["a"]) == ["a (2)"]


def test_a_theme_without_words_still_has_a_name() -> None:
    assert names([[], []]) == ["theme", "theme (2)"]


def test_a_text_that_holds_a_word_of_the_theme() -> None:
    assert is_named("fairies on candles", ["fairy"]) and is_named("candles", ["candle"]) and is_named("boxes", ["box"])
    assert is_named("马克杯", ["马克杯", "mug"]) and not is_named("candle", ["can"]) and not is_named("mug", [])


def test_an_abbreviation_does_not_shorten_a_plural() -> None:
    found = distinctive_words(["candles", "candle", "candl", "mug"], np.array([0, 0, 0, 1]), np.ones(4), 2)
    assert found[0] == ["candle", "candl"]


def test_chinese_words_are_the_longest_runs_that_most_names_hold() -> None:
    texts = ["夏季 连衣裙", "卡通连衣裙", "宽松 连衣裙", "卡通马克杯", "马克杯", "夏季 马克杯"]
    found = distinctive_words(texts, np.array([0, 0, 0, 1, 1, 1]), np.ones(6), 2)
    assert found[0][0] == "连衣裙"
    assert found[1][0] == "马克杯"
