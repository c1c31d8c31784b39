"""The samples: what they say about themselves, one at a time, never beside imports of one's own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data import ledger, themes
from data.alerts import DEFAULTS, Rule, add_rule, rules
from data.annotations import annotate, annotations
from data.errors import InputError
from data.ingest import ImportOptions
from data.lists import lists, save_list
from data.pipeline import import_file, leave_sample, load_sample, undo_import
from data.samples import SAMPLES, Sample
from data.settings import Settings
from data.undo import undo

A = "2026-03-01 10:00:00,view,u1,i1,Lamp,9.50,1,France"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, write_csv: Callable[..., Path]) -> None:
    """Two tiny samples, so that the rules about samples can be tested without loading a million rows."""
    for name in ("one", "two"):
        path = write_csv(f"{name}.csv", A.replace("u1", name))
        sample = Sample(name, name, name, 1, "none", False, "UTC", lambda settings, path=path: path)  # type: ignore[misc]
        monkeypatch.setitem(SAMPLES, name, sample)


def active(settings: Settings) -> list[tuple[str, str | None]]:
    return [(row.file_name, row.sample) for row in ledger.imports(settings, active_only=True)]


@pytest.mark.usefixtures("small")
def test_a_sample_replaces_a_sample(settings: Settings) -> None:
    load_sample(settings, "one")
    load_sample(settings, "two")
    assert active(settings) == [("two.csv", "two")]
    assert ledger.get_state(settings, "sample") == "two"


@pytest.mark.usefixtures("small")
def test_the_first_own_import_removes_the_sample(settings: Settings, write_csv: Callable[..., Path]) -> None:
    load_sample(settings, "one")
    receipt = import_file(settings, write_csv("own.csv", A), ImportOptions(timezone="Asia/Shanghai"))
    assert active(settings) == [("own.csv", None)]
    assert ledger.get_state(settings, "sample") is None
    assert receipt["timezone"] == "Asia/Shanghai"
    assert {file.import_id for file in ledger.files(settings)} == {receipt["import"]}
    with pytest.raises(InputError, match="This store holds imports of your own, so the sample 'one' was not loaded"):
        load_sample(settings, "one")


@pytest.mark.usefixtures("small")
def test_leaving_the_sample(settings: Settings) -> None:
    load_sample(settings, "one")
    leave_sample(settings)
    assert active(settings) == []
    with pytest.raises(InputError, match="No sample is loaded, so there is none to remove"):
        leave_sample(settings)


def test_samples_name_their_licence_and_say_when_they_are_simulated() -> None:
    assert "CC BY 4.0" in SAMPLES["online-retail-ii"].licence
    assert SAMPLES["complete-journey"].simulated
    assert "simulated" in SAMPLES["complete-journey"].description
    with pytest.raises(InputError, match="There is no sample 'nope'. Samples: online-retail-ii, complete-journey"):
        load_sample(Settings(var=Path("unused")), "nope")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("own_import", [False, True])
def test_lists_notes_and_alerts_made_on_a_sample_go_with_it(
    settings: Settings, write_csv: Callable[..., Path], own_import: bool
) -> None:
    load_sample(settings, "one")
    save_list(settings, "Somebody", [1], {"page": "cohorts"})
    annotate(settings, date(2026, 3, 1), "opened")
    add_rule(settings, Rule("change", interests=("toys",)))
    if own_import:
        import_file(settings, write_csv("own.csv", A), ImportOptions())
    else:
        leave_sample(settings)
    assert (lists(settings), annotations(settings), rules(settings)) == ([], [], DEFAULTS)


def test_lists_and_notes_on_ones_own_log_outlive_an_undo(settings: Settings, write_csv: Callable[..., Path]) -> None:
    receipt = import_file(settings, write_csv("own.csv", A), ImportOptions())
    save_list(settings, "Somebody", [1], {"page": "cohorts"})
    annotate(settings, date(2026, 3, 1), "opened")
    undo_import(settings, receipt["import"])
    assert [each.name for each in lists(settings)] == ["Somebody"]
    assert [each.text for each in annotations(settings)] == ["opened"]


@pytest.mark.usefixtures("small")
def test_what_is_to_be_forgotten_is_forgotten_though_a_publish_was_missed(
    settings: Settings, write_csv: Callable[..., Path]
) -> None:
    receipt = load_sample(settings, "one")
    add_query_theme(settings)
    undo(settings, receipt["import"])  # killed before it could publish
    import_file(settings, write_csv("own.csv", A), ImportOptions())
    assert themes.theme_queries(settings).is_empty()


def add_query_theme(settings: Settings) -> None:
    themes.save_assignments(settings, [], [("lamp", "t01", 0.9)])
