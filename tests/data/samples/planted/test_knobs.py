"""What may be chosen about a planted shop, and the sentence that each wrong choice gets."""

from pathlib import Path
from typing import Any

import pytest

from data.__main__ import build_parser, main
from data.errors import InputError
from data.samples.planted import FACTS, make_knobs, make_planted, planted_knobs
from data.settings import Settings


def test_the_usual_shop() -> None:
    knobs = make_knobs()
    assert (knobs.seed, knobs.rows, knobs.users, knobs.days, knobs.facts) == (1, 500_000, 5_000, 730, FACTS)
    assert (knobs.date(0), knobs.date(729)) == ("2023-12-30", "2025-12-28")
    assert make_knobs(rows=1_000_000).users == 10_000


def test_facts_are_chosen_by_name_and_kept_in_their_order() -> None:
    assert make_knobs(only=["price", "burst"]).facts == ("burst", "price")
    assert make_knobs(none=True).facts == ()


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"only": ["burst"], "none": True}, "--only and --none exclude each other: the first names facts, the second"),
        (
            {"only": ["burst", "magic"]},
            "There is no fact 'magic'. Facts: movers, season_year, season_week, burst, fade",
        ),
        ({"seed": -1}, "--seed -1: take a number from 0 to 2147483647."),
        ({"rows": 4_999}, "--rows 4,999: a planted shop has from 5,000 to 2,000,000,000 rows."),
        ({"users": 49}, "--users 49: a planted shop has at least 50 users."),
        ({"rows": 5_000, "users": 5_001}, "--users 5,001 is more than --rows 5,000: ask for fewer users or more rows."),
        ({"days": 59}, "--days 59: a planted shop lasts from 60 to 3,650 days."),
        ({"days": 3_651}, "--days 3,651: a planted shop lasts from 60 to 3,650 days."),
    ],
)
def test_a_wrong_knob_gets_one_clear_sentence(knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        make_knobs(**knobs)
    assert message in caught.value.message


def test_movers_need_rows(tmp_path: Path) -> None:
    settings, knobs = Settings(var=tmp_path / "var"), make_knobs(rows=5_000, users=200)
    with pytest.raises(InputError) as caught:
        make_planted(settings, tmp_path / "shop", knobs)
    assert caught.value.message == (
        "--users 200 is too many for --rows 5,000: movers can only be told with at least 30 rows a user. Ask for fewer"
        " users or more rows, or leave movers out with --only."
    )


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    settings, knobs = Settings(var=tmp_path / "var"), make_knobs(rows=5_000, none=True)
    own = tmp_path / "own"
    own.mkdir()
    (own / "items.csv").write_text("mine")
    with pytest.raises(InputError, match="holds items.csv but no truth.json, so it is no planted shop and was left"):
        make_planted(settings, own, knobs)
    assert [path.name for path in own.iterdir()] == ["items.csv"]
    assert (own / "items.csv").read_text() == "mine"
    with pytest.raises(InputError, match=r"items.csv cannot be written: File exists. Choose another folder."):
        make_planted(settings, own / "items.csv", knobs)


def parse(*arguments: str) -> Any:
    return planted_knobs(build_parser().parse_args(["sample", *arguments]))


def test_the_command_line_gives_the_knobs() -> None:
    knobs = parse("planted", "--seed", "3", "--rows", "9000", "--users", "90", "--days", "100", "--only", "mix, fade")
    assert knobs == make_knobs(seed=3, rows=9_000, users=90, days=100, only=["mix", "fade"])
    assert parse("planted", "--none", "--chinese") == make_knobs(none=True, chinese=True)
    assert parse("online-retail-ii") is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["online-retail-ii", "--rows", "9000"], "--rows belongs to the sample 'planted', not to 'online-retail-ii'."),
        (["planted", "--only", ","], "--only names no fact. Facts: movers, season_year"),
        (["planted", "--format", "csv"], "--format says how --out writes the events. Add --out DIR, or leave it out."),
        (["planted", "--only", "magic"], "There is no fact 'magic'."),
    ],
)
def test_the_command_line_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", *arguments]) == 1
    said = capsys.readouterr()
    assert (said.out, message in said.err) == ("", True)
