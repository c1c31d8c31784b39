from datetime import date

import pytest

from data.alerts import DEFAULTS, Key, Rule, add_rule, delete_rule, delivered, mark_delivered, reset, rules
from data.errors import InputError

BIG = Rule(
    "threshold", by="theme", segments=(("country", "France"),), interests=("t1",), side="above", limit=0.2,
)  # fmt: skip


def test_two_rules_hold_before_anybody_asks_for_any(settings):
    assert rules(settings) == DEFAULTS
    assert not settings.ledger_path.exists()


def test_a_rule_stands_beside_those_to_begin_with(settings):
    assert add_rule(settings, BIG) == "3"
    found = rules(settings)
    assert found[:2] == DEFAULTS
    assert found[2].id == "3"
    assert found[2].segments == (("country", "France"),)
    assert hash(found[2])


def test_the_same_rule_is_refused(settings):
    with pytest.raises(InputError, match=r"This rule is saved already, as rule 1."):
        add_rule(settings, Rule("change"))
    add_rule(settings, BIG)
    with pytest.raises(InputError, match=r"This rule is saved already, as rule 3."):
        add_rule(settings, BIG)


def test_rules_to_begin_with_can_be_deleted_for_good(settings):
    delete_rule(settings, "1")
    assert [rule.id for rule in rules(settings)] == ["2"]
    delete_rule(settings, "2")
    assert rules(settings) == ()
    assert add_rule(settings, Rule("change")) == "3", "an id is never used again"
    with pytest.raises(InputError, match=r"There is no rule '9'. Rules known: 3."):
        delete_rule(settings, "9")


def test_deliveries_are_kept_by_place_and_go_with_their_rule(settings):
    first, second = Key("1", "toys", date(2024, 1, 1)), Key("2", "", date(2024, 1, 8))
    assert delivered(settings, "printed") == []
    mark_delivered(settings, "printed", [first, second])
    mark_delivered(settings, "printed", [first])
    assert delivered(settings, "printed") == [first, second]
    assert delivered(settings, "file a.jsonl") == []
    delete_rule(settings, "1")
    assert delivered(settings, "printed") == [second]


def test_reset_brings_the_beginning_back(settings):
    add_rule(settings, BIG)
    mark_delivered(settings, "printed", [Key("3", "toys", date(2024, 1, 1))])
    reset(settings)
    assert rules(settings) == DEFAULTS
    assert delivered(settings, "printed") == []
    add_rule(settings, BIG)
    assert [rule.kind for rule in rules(settings)] == ["change", "emerging", "threshold"]
