import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
FIRST = date(2024, 1, 1)


@pytest.fixture
def store(make_store, event, monkeypatch):
    """Sixteen weeks in which books treble in the last four, as the store of the command line."""
    log = [event(FIRST + timedelta(days=day), number) for day in range(112) for number in range(9)]
    log += [
        event(FIRST + timedelta(days=day), n, "c", "books", country="FR")
        for day in range(112)
        for n in range(2 + 4 * (day >= 84))
    ]
    made = make_store(log)
    monkeypatch.setenv("TIDELINE_VAR", str(made.settings.var))
    return made


def answer(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_trends_have_the_shape_of_the_contract(store, capsys):
    found = answer(
        capsys, "trends", "--by", "category", "--metric", "events", "--grain", "week", "--from", "2024-04-01"
    )
    assert list(found) == ["by", "metric", "grain", "data_version", "periods", "series"]
    assert found["data_version"] == 1
    assert found["periods"] == [{"start": f"2024-04-{day:02}", "complete": True} for day in (1, 8, 15)]
    assert found["series"][0] == {"id": "toys", "name": "toys", "values": [63, 63, 63]}


def test_trends_default_to_the_logs_interest_share_and_weeks(store, capsys):
    found = answer(capsys, "trends")
    assert (found["by"], found["metric"], found["grain"]) == ("category", "share", "week")
    assert sum(line["values"][0] for line in found["series"]) == pytest.approx(1)


def test_trends_can_be_compared_and_absent_is_null(store, capsys):
    found = answer(capsys, "trends", "--compare", "last-year", "--metric", "users")
    assert found["compare"] == "last-year"
    assert found["series"][0]["before"] == [None] * 16


def test_risers_have_the_shape_of_the_contract(store, capsys):
    found = answer(capsys, "risers", "--by", "category", "--metric", "events")
    assert [line["id"] for line in found["rising"]] == ["books"]
    assert found["fading"] == []
    assert [line["id"] for line in found["no_clear_change"]] == ["toys"]
    assert set(found["rising"][0]) >= {"id", "name", "before", "after", "change", "base", "stage"}
    assert (found["rising"][0]["before"], found["rising"][0]["after"], found["rising"][0]["change"]) == (56, 168, 2.0)
    assert found["windows"] == {"before": ["2024-02-26", "2024-03-24"], "after": ["2024-03-25", "2024-04-21"]}


def test_risers_take_windows(store, capsys):
    windows = ("--before", "2024-01-01:2024-01-14", "--after", "2024-01-15:2024-01-28")
    assert answer(capsys, "risers", *windows)["windows"]["after"] == ["2024-01-15", "2024-01-28"]
    assert answer(capsys, "risers", "--window", "14d", "--end", "2024-02-29")["windows"]["after"] == [
        "2024-02-16",
        "2024-02-29",
    ]


def test_cohorts_have_the_shape_of_the_contract(store, capsys):
    found = answer(capsys, "cohorts", "--cohort", "month", "--by", "category")
    assert [cohort["start"] for cohort in found["cohorts"]] == ["2024-01-01"]
    cohort = found["cohorts"][0]
    assert (cohort["complete"], cohort["size"], cohort["retention"]) == (True, 9, [1.0, 1.0, 1.0, 1.0])
    assert cohort["ages_complete"] == [True, True, True, False]
    assert [sum(cell.values()) for cell in cohort["mix"]] == pytest.approx([1.0] * 4)
    assert cohort["mix"][0]["toys"] == pytest.approx(9 / 11)
    assert found["names"] == {"books": "books", "toys": "toys"}


def test_cohorts_of_a_log_without_interests_have_an_empty_mix(make_store, event, monkeypatch, capsys):
    made = make_store([event(FIRST, category=None)])
    monkeypatch.setenv("TIDELINE_VAR", str(made.settings.var))
    assert answer(capsys, "cohorts")["cohorts"][0]["mix"] == [{}]


def test_segments_interests_and_dates_choose(store, capsys):
    french = answer(capsys, "trends", "--segment", "country=FR", "--metric", "events", "--grain", "month")
    assert {line["id"]: line["values"][0] for line in french["series"]} == {"books": 62, "toys": 0}
    assert [line["id"] for line in answer(capsys, "trends", "--interest", "books")["series"]] == ["books"]
    assert len(answer(capsys, "trends", "--by", "segment:country", "--to", "2024-01-10")["periods"]) == 2


def test_people_read_a_sentence_and_a_table(store, capsys):
    assert main(["risers", "--metric", "events"]) == 0
    out, err = capsys.readouterr()
    assert "clearly rose: 'books'" in err
    assert out.startswith("| id ")
    assert "spark" not in out


def test_long_tables_say_how_many_rows_are_left_out(store, capsys):
    main(["trends", "--grain", "day"])
    assert "... and 164 more rows; --out FILE writes them all" in capsys.readouterr().out


def test_tables_go_to_files(store, capsys, tmp_path):
    for name in ("t.csv", "t.parquet"):
        main(["risers", "--json", "--out", str(tmp_path / name)])
    assert pl.read_csv(tmp_path / "t.csv")["id"].to_list() == ["books", "toys"]
    assert pl.read_parquet(tmp_path / "t.parquet")["spark"].list.len().to_list() == [16, 16]
    assert main(["risers", "--out", str(tmp_path / "no" / "t.csv")]) == 1
    assert "t.csv cannot be written (" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trends", "--segment", "country=DE"], "The segment 'country' has no value 'DE'."),
        (["trends", "--by", "brand"], "This log has no brand."),
        (["risers", "--window", "30d"], "`window` has to be whole weeks"),
        (["risers", "--before", "2024-01-01:2024-01-14"], "A comparison needs both windows"),
        (["trends", "--from", "2024-02-01", "--to", "2024-01-01"], "The dates are the wrong way round"),
        (["cohorts", "--by", "item"], "In a log of this kind and size people are not followed by item."),
    ],
)
def test_what_cannot_be_answered_ends_with_one_sentence_and_1(store, capsys, arguments, message):
    assert main([*arguments, "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["forecasts"], "invalid choice: 'forecasts'"),
        (["trends", "--by", "colour"], "'colour' is none of theme, category, brand, item, all, segment:NAME"),
        (["trends", "--from", "1.2.2024"], "'1.2.2024' is not a day; write it as YYYY-MM-DD"),
        (["trends", "--segment", "country"], "'country' is not a segment; write it as name=value"),
        (["trends", "--out", "t.xlsx"], "'t.xlsx' ends in neither .csv nor .parquet"),
        (["risers", "--window", "4w"], "'4w' is not a number of days; write it as 28d"),
        (["risers", "--before", "2024-01-01"], "'2024-01-01' is not a window; write it as YYYY-MM-DD:YYYY-MM-DD"),
    ],
)
def test_wrong_usage_ends_with_2(capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("published", [False, True])
def test_an_empty_store_says_what_to_do(make_store, monkeypatch, capsys, tmp_path, published):
    monkeypatch.setenv("TIDELINE_VAR", str(make_store([]).settings.var if published else tmp_path / "nothing"))
    assert main(["trends"]) == 1
    assert capsys.readouterr().err.startswith("The store is empty, so there is nothing to ask. Import a log with")


def test_the_command_needs_neither_pages_nor_tensorflow(store):
    program = "import sys; from analytics.__main__ import main; code = main(['cohorts', '--json']); "
    program += "heavy = {'streamlit', 'tensorflow', 'keras', 'statsmodels', 'pandas', 'plotly'} & set(sys.modules); "
    program += "sys.exit(repr(heavy) if heavy else code)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
