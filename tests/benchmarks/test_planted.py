"""The benchmark of planted facts on small shops: each fact is found again, and one that is not there is missed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks import planted
from benchmarks.evidence import Finding
from benchmarks.recovering import RECOVERIES, recover
from data.samples.planted import FACTS, make_knobs, make_planted
from data.settings import Settings


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    found = []
    for seed in (1, 2, 3):
        folder = tmp_path_factory.mktemp(f"seed-{seed}")
        make_planted(Settings(var=folder / "var", themes=False), folder / "shop", make_knobs(seed=seed, rows=120_000))
        found.append(folder / "shop")
    return found


def test_there_is_a_recovery_for_every_fact() -> None:
    assert tuple(RECOVERIES) == FACTS


def test_each_fact_is_found_again(folders: list[Path]) -> None:
    rows = planted.summary({seed: recover(folder) for seed, folder in enumerate(folders)})
    assert {row["fact"].split(":")[0] for row in rows} == set(FACTS)
    right, naive = [row for row in rows if not row["naive"]], [row for row in rows if row["naive"]]
    assert sum(row["inside"] for row in right) >= 0.85 * sum(row["of"] for row in right)
    assert min(row["inside"] for row in right) >= 1
    by_name = {row["fact"]: row for row in rows}
    assert [row["fact"] for row in naive] == ["price: promotions, naive", "promo_observed: naive"]
    assert by_name["price: promotions, naive"]["inside"] == 0
    assert by_name["promo_observed: naive"]["estimate"] > 0.05 > by_name["promo_observed"]["estimate"]


def told(folder: Path, target: Path, **sizes: float) -> Path:
    """The same shop whose truth claims other sizes."""
    shutil.copytree(folder, target)
    truth = json.loads((target / "truth.json").read_text())
    for fact, size in sizes.items():
        truth["facts"][fact]["size"] = size
    (target / "truth.json").write_text(json.dumps(truth))
    return target


def test_a_truth_that_is_not_in_the_log_is_not_found(folders: list[Path], tmp_path: Path) -> None:
    claimed = {"movers": 0.1, "season_year": 1.0, "season_week": 1.0, "burst": 1.0, "fade": 1.0, "level_shift": 1.0,
               "traffic": 1.0, "catalogue": 1.0, "mix": 1.0, "behaviour": 0.0, "promo_random": 0.2,
               "promo_observed": 0.3, "stockout": 1.0, "transition": 0.5, "price": 0.0}  # fmt: skip
    found = {each.fact: each for each in recover(told(folders[0], tmp_path / "other", **claimed))}
    assert [fact for fact in claimed if found[fact].inside] == []


def finding(fact: str, *, inside: bool, naive: bool = False) -> Finding:
    return Finding(fact, 1.0, 1.0 if inside else 3.0, 0.5 if inside else 2.5, 1.5 if inside else 3.5, naive)


@pytest.mark.parametrize(
    ("inside", "naive_inside", "held"), [(20, 0, True), (19, 4, True), (18, 0, False), (20, 5, False)]
)
def test_the_bars(inside: int, naive_inside: int, held: bool, capsys: pytest.CaptureFixture[str]) -> None:
    found = {
        seed: [finding("a", inside=seed < inside), finding("b", inside=seed < naive_inside, naive=True)]
        for seed in range(20)
    }
    rows = planted.summary(found)
    assert planted.held(rows) is held
    planted.report(rows)
    said = capsys.readouterr().out
    assert f"{inside}/20" in said
    assert f"{inside} of 20 inside their 95 % interval ({inside / 20:.1%}; bar 93%)" in said


def test_no_fact_may_fail_often_though_the_others_hold() -> None:
    found = {
        seed: [finding("weak", inside=seed < 15), *(finding(f"f{n}", inside=True) for n in range(9))]
        for seed in range(20)
    }
    rows: list[dict[str, Any]] = planted.summary(found)
    assert sum(row["inside"] for row in rows) >= 0.93 * 200
    assert not planted.held(rows)


def test_the_command_writes_every_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shops = {1: [finding("a", inside=True)], 2: [finding("a", inside=True)]}
    monkeypatch.setattr(planted, "findings", lambda seeds, rows: {seed: shops[seed] for seed in seeds})
    assert planted.main(["--seeds", "2", "--json", str(tmp_path / "found.json")]) == 0
    kept = json.loads((tmp_path / "found.json").read_text())
    assert [each["seed"] for each in kept["findings"]] == [1, 2]
    assert kept["findings"][0]["inside"] is True
    assert kept["summary"][0]["of"] == 2
