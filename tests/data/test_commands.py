"""The command line: JSON alone on standard output, people's text on standard error, exit codes 0, 1 and 2."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data.__main__ import main
from data.settings import ROOT

Write = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
A = "2026-03-01 10:00:00,view,u1,i1,Lamp,9.50,1,France"
BAD = "2026-03-01 10:00:00,zoom,u1,i1,Lamp,9.50,1,France"


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command line."""
    return subprocess.run(
        [sys.executable, "-m", "data", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """A command in this process, which starts no Python: what it wrote to both outputs, by whatever way."""

    def go(*arguments: str) -> subprocess.CompletedProcess[str]:
        capfd.readouterr()
        try:
            code: object = main(arguments)
        except SystemExit as ended:
            code = ended.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code, *capfd.readouterr())

    return go


def test_the_whole_way(write_csv: Write, tmp_path: Path) -> None:
    path = write_csv("log.csv", A, A, BAD, A.replace("u1", "u2"))
    done = process("import", str(path), "--json")
    receipt = json.loads(done.stdout)
    assert done.returncode == 0
    assert receipt["rows"] == {"read": 4, "kept": 2, "duplicate": 1, "rejected": 1}
    promised = "import format rows rejected_by_reason events_by_type users items first last timezone warnings"
    assert set(receipt) >= set(promised.split())
    status = json.loads(process("status", "--json").stdout)
    assert (status["data_version"], status["events"], status["users"], status["sample"]) == (1, 2, 2, None)
    refused = process("rejects", receipt["import"], "--out", str(tmp_path / "refused.csv"), "--json")
    assert json.loads(refused.stdout)["rows"] == 1
    assert pl.read_csv(tmp_path / "refused.csv")["reason"].to_list() == ["event_type_unknown"]
    listed = json.loads(process("imports", "--json").stdout)["imports"]
    assert [row["import"] for row in listed] == [receipt["import"]]
    assert json.loads(process("undo", receipt["import"], "--json").stdout)["removed"] == 2
    assert json.loads(process("status", "--json").stdout)["events"] == 0
    assert [process(*each).returncode for each in (["undo", "imp-none"], ["nonsense"])] == [1, 2]


def test_people_read_standard_error(run: Run, write_csv: Write) -> None:
    done = run("import", str(write_csv("log.csv", A)))
    assert done.stdout == ""
    assert "1 rows read = 1 kept + 0 duplicate + 0 refused" in done.stderr
    assert "The store is empty. Import a log with" not in run("status").stderr


def test_a_file_that_brings_nothing_new_says_so(run: Run, write_csv: Write) -> None:
    run("import", str(write_csv("a.csv", A)))
    done = run("import", str(write_csv("b.csv", A, "")))
    assert "no new event" in done.stderr
    assert "note: 1 rows were in the store already, from another file; they count once." in done.stderr


def test_several_files_are_an_import_each(run: Run, write_csv: Write, tmp_path: Path) -> None:
    done = run("import", str(write_csv("a.csv", A)), str(tmp_path / "none.csv"), "--json")
    first, second = json.loads(done.stdout)["receipts"]
    assert done.returncode == 1
    assert first["rows"]["kept"] == 1
    assert second["error"].startswith("There is no file")
    assert json.loads(run("status", "--json").stdout)["events"] == 1


def test_values_and_constants(run: Run, write_csv: Write) -> None:
    done = run("import", str(write_csv("log.csv", BAD)), "--value", "event_type:zoom=view", "--json")
    assert json.loads(done.stdout)["events_by_type"] == {"view": 1}
    path = write_csv("b.csv", "2026-03-01,u,i", header="event_time,user_id,item_id")
    done = run("import", str(path), "--set", "event_type=purchase", "--dry-run", "--json")
    assert json.loads(done.stdout)["events_by_type"] == {"purchase": 1}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["undo", "imp-none"], 1, "There is no import 'imp-none' in this store. Imports known: none."),
        (["sample", "none"], 1, "There is no sample 'none'. Samples: online-retail-ii, complete-journey, planted."),
        (["import", "none.csv"], 1, "There is no file none.csv. Check the name."),
        (["import", "x.csv", "--kind", "nope"], 2, "invalid choice: 'nope' (choose from 'events', 'items'"),
        (["import", "x.csv", "--value", "color:a=b"], 1, "write it as event_type:THEIRS=OURS"),
        (["import", "x.csv", "--map", "user_id"], 2, "should look like NAME=VALUE"),
        (["nonsense"], 2, "invalid choice: 'nonsense'"),
        ([], 2, "the following arguments are required"),
    ],
)
def test_failures_say_one_clear_sentence(run: Run, arguments: list[str], code: int, message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_formats_and_an_empty_store(run: Run) -> None:
    formats = json.loads(run("formats", "--json").stdout)
    assert "online-retail-ii" in {f["name"] for f in formats["formats"]}
    assert [c["name"] for c in formats["columns"] if c["required"]] == [
        "event_time",
        "event_type",
        "user_id",
        "item_id",
    ]
    empty = run("status")
    assert "The store is empty. Import a log with `python -m data import FILE`" in empty.stderr
    assert json.loads(run("rebuild", "--json").stdout) == {"data_version": 0}


def test_two_imports_at_once_take_turns(run: Run, write_csv: Write) -> None:
    paths = [write_csv(f"{n}.csv", *[A.replace("u1", f"u{n}{i}") for i in range(200)]) for n in range(2)]
    command = [sys.executable, "-m", "data", "import", "--json"]
    both = [subprocess.Popen([*command, str(p)], cwd=ROOT, stdout=subprocess.PIPE, text=True) for p in paths]
    assert [json.loads(each.communicate(timeout=120)[0])["rows"]["kept"] for each in both] == [200, 200]
    assert json.loads(run("status", "--json").stdout)["events"] == 400


def test_companions_the_whole_way(run: Run, write_csv: Write, tmp_path: Path) -> None:
    assert run("import", str(write_csv("log.csv", A))).returncode == 0
    path = write_csv("c.csv", "u1,2026-03-01,B,ja", "u2,,A,", "u3,x,B,", header="person,sent_at,arm,converted")
    options = ["--kind", "campaigns", "--map", "user_id=person", "--set", "campaign_id=spring"]
    options += ["--value", "arm:A=holdout", "--value", "arm:B=treated", "--value", "converted:ja=yes"]
    receipt = json.loads(run("import", str(path), *options, "--json").stdout)
    assert (receipt["kind"], receipt["rows"]["kept"]) == ("campaigns", 2)
    assert receipt["rejected_by_reason"] == {"sent_at_unreadable": 1}
    again = run("import", str(path), *options)
    assert again.returncode == 0
    assert (
        "c.csv as imp-" in again.stderr
        and "(campaigns): 3 rows read = 0 kept + 3 duplicate + 0 refused" in again.stderr
    )
    assert "2 users, 2026-03-01T00:00:00 to 2026-03-01T00:00:00 (UTC)" in again.stderr
    listed = json.loads(run("imports", "--json").stdout)["imports"]
    assert [row["kind"] for row in listed] == ["events", "campaigns"]
    out = tmp_path / "refused.csv"
    assert json.loads(run("rejects", receipt["import"], "--out", str(out), "--json").stdout)["rows"] == 1
    assert json.loads(run("status", "--json").stdout)["events"] == 1
    undone = json.loads(run("undo", receipt["import"], "--json").stdout)
    assert (undone["removed"], undone["data_version"]) == (2, 3)
    assert json.loads(run("status", "--json").stdout)["served_version"] == 3


def test_templates(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "stock.csv"
    done = run("template", "stock", "--out", str(out), "--json")
    assert json.loads(done.stdout) == {"kind": "stock", "columns": ["item_id", "out_from", "out_to"], "out": str(out)}
    assert out.read_text().splitlines()[0] == "item_id,out_from,out_to"
    failed = run("template", "stock", "--out", str(tmp_path / "none" / "x.csv"))
    assert failed.returncode == 1
    assert "cannot be written: No such file or directory. Choose another place." in failed.stderr
    companions = json.loads(run("formats", "--json").stdout)["companions"]
    assert list(companions) == ["items", "customers", "campaigns", "promotions", "stock"]
    assert companions["stock"]["reasons"]["out_to_before_out_from"] == "out_to is not after out_from"
