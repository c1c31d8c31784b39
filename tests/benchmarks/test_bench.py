"""A small run of the whole bench: the table's shape, and that every answer agrees; never a time."""

import json
from pathlib import Path

import pytest

import benchmarks.__main__ as bench
from benchmarks.measuring import here
from benchmarks.table import HEADS, Line, report, write

ROWS = 10_000
QUESTIONS = ("trend", "compared", "interest_table", "item_table", "item_trend", "risers", "retention", "cohort_sizes",
             "cell_users", "cohort_mix", "others_mix", "moved_to", "kpis")  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What a small run measured, and its lines, without load: everything in this process, each fortieth question."""
    folder = tmp_path_factory.mktemp("bench")
    size = bench.Size(ROWS, 1, 40, (1,), 1.0, 0.1, 1)
    return bench.run(size, ("import", "rollups", "queries", "raw"), folder, each=here, results=folder / "none")


def lines(ran, part):
    return {line.what: line for line in ran[1] if line.part == part}


@pytest.mark.slow
def test_what_was_measured_is_told(ran):
    about = ran[0]
    assert about["rows"] == ROWS
    assert about["store"]["events"] > 0.9 * ROWS
    assert about["machine"]["cpus"] > 0 and len(about["machine"]["load"]) == 3


@pytest.mark.slow
def test_import_stands_beside_its_rivals_and_refuses_what_was_broken(ran):
    found = lines(ran, "import")
    for label in ("clean", "1 % broken"):
        ours = found[f"import, {label}"]
        assert f"{ROWS:,} rows" in ours.note and not ours.failed, ours.note
        assert ours.rival == "DuckDB, typed" and ours.ratio == pytest.approx(found[f"DuckDB, typed, {label}"].ratio)
        for rival in ("DuckDB, text", "polars", "pandas"):
            assert found[f"{rival}, {label}"].ratio > 0


@pytest.mark.slow
def test_a_day_more_is_equal_to_a_rebuild(ran):
    found = lines(ran, "rollups")
    same = found["tables of one more day unlike those of a full rebuild"]
    assert same.figure == 0 and same.met, same.note
    assert found["serve file"].budget == 1_500 and found["serve file"].figure > 1
    assert {"one more day: rollups", "undo of that day: rollups", "merge a theme, published"} <= found.keys()


@pytest.mark.slow
def test_every_question_of_a_page_has_a_line_of_its_own(ran):
    found = lines(ran, "queries")
    assert {name for name in QUESTIONS if name not in found} == set()
    assert {name for name in QUESTIONS if f"{name}, list or two segments" not in found} == set()
    assert found["trend"].budget == 150 and found["trend, list or two segments"].budget == 1_000
    assert "slowest of" in found["trend"].note


@pytest.mark.slow
def test_rollups_and_raw_parquet_give_the_same_answers(ran):
    found = lines(ran, "raw")
    assert len(found) == 8
    assert {what: line.note for what, line in found.items() if line.note != "equal"} == {}
    assert not any(line.failed for line in found.values())


@pytest.mark.slow
def test_the_table_and_its_json_hold_every_line(ran, tmp_path: Path):
    about, found = ran
    text = report(found).splitlines()
    assert len(text) == len(found) + 1
    assert [head in text[0] for head in HEADS] == [True] * len(HEADS)
    write(tmp_path / "deep" / "rows.json", about, found)
    kept = json.loads((tmp_path / "deep" / "rows.json").read_text())
    assert kept["rows"] == ROWS
    assert [(line["what"], line["met"]) for line in kept["lines"]] == [(line.what, line.met) for line in found]


def test_growth_is_told_against_a_tenth_of_the_rows(tmp_path: Path):
    small = [
        Line("queries", "trend", 50.0, "CPU ms", 150), Line("queries", "kpis", 1.0, "CPU ms", 150),
        Line("rollups", "serve file", 100.0, "MB", 1_500),
    ]  # fmt: skip
    large = [
        Line("queries", "trend", 125.0, "CPU ms", 150), Line("queries", "kpis", 9.0, "CPU ms", 150),
        Line("rollups", "serve file", 900.0, "MB", 1_500),
    ]  # fmt: skip
    write(tmp_path / "rows-10000000.json", {}, small)
    found = {line.what: line for line in bench.growth(100_000_000, large, tmp_path)}
    most = found["the query that grew most"]
    assert (most.figure, most.budget, most.met) == (2.5, 2.0, False)
    assert "trend" in most.note
    assert found["serve file"].figure == 9.0
    write(tmp_path / "rows-1000000.json", {}, small)
    assert next(bench.growth(10_000_000, large, tmp_path)).met is None
    assert list(bench.growth(5_000, large, tmp_path)) == []


def test_a_missed_budget_and_a_wrong_answer_are_told():
    found = [
        Line("import", "kept", 39.0, "CPU s/GB", 40.0, "DuckDB", 2.1, 2.2),
        Line("import", "slow", 41.0, "CPU s/GB", 40.0),
        Line("import", "dear", 39.0, "CPU s/GB", 40.0, "DuckDB", 2.3, 2.2),
        Line("raw", "wrong", 1.0, "CPU ms", failed=True),
        Line("import", "no bar", 1.0, "MB"),
    ]
    assert [line.met for line in found] == [True, False, False, False, None]
    assert ["NO" in row.split() for row in report(found).splitlines()] == [False, False, True, True, True, False]


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        bench.main(["--only", "import,speed"])
    assert stopped.value.code == 2
    assert "--only speed" in capsys.readouterr().err
