"""Theme texts: what an item is, without its colour, pattern, size, count and material."""

import doctest

import pytest

from models.themes import wording
from models.themes.wording import is_ideographic, theme_text, words


def test_examples_in_the_module_hold() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JUMBO BAG RED RETROSPOT", "bag"),
        ("Set of 3 Cake Tins, pantry design", "cake tins pantry"),
        ("60 TEATIME FAIRY CAKE CASES", "teatime fairy cake cases"),
        ("  Crème brûlée  dish ", "crème brûlée dish"),
        ("DOLLY GIRL'S T-LIGHT", "dolly girl's t-light"),
        ("RED", "red"),
        ("12", "12"),
        ("", ""),
        ("红色连衣裙", "连衣裙"),
        ("大号 玻璃杯 350ml", "玻璃杯"),
    ],
)
def test_what_stays_of_a_name(name: str, text: str) -> None:
    assert theme_text(name) == text


def test_two_colours_of_an_item_are_one_text() -> None:
    assert theme_text("PINK POLKADOT MUG") == theme_text("BLUE STRIPED MUG") == "mug"


def test_words_of_a_text() -> None:
    assert words("cake tins") == ["cake", "tins"]
    assert words("玻璃杯") == ["玻璃", "璃杯"] and words("杯") == ["杯"]
    assert words("12") == ["12"] and words("") == [""]


def test_chinese_is_told_from_latin() -> None:
    assert is_ideographic("马克") and not is_ideographic("mug") and not is_ideographic("")
