import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from analytics.alerts import FIRED_SCHEMA, checked, fired, rate, recent, replayed, undelivered
from analytics.alerts.judging import MIX_LEVEL
from analytics.changes import new_levels, replay
from analytics.changes.history import history
from analytics.emerging import emerging_interests
from analytics.sentences.alerts import replay_said, rule_said
from data.alerts import DEFAULTS, Key, Rule
from data.errors import InputError
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.scope import Scope
from data.settings import Settings
from data.store import open_store

FIRST = date(2024, 1, 1)
WEEKS = 70
STEP, BURST = 60, 66
"""Weeks in which books come to stay, and games for a week alone."""
THRESHOLD = Rule("threshold", side="above", limit=0.3)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Books double for good in week 60, games burst in week 66; everybody buys a bit of everything."""
    folder, draw = tmp_path_factory.mktemp("alerts"), random.Random(5)
    lines = ["event_time,event_type,user_id,item_id,category,country"]
    lines += [f"{FIRST - timedelta(days=1)} 00:00:00,view,u1,toys,toys,UK"]
    for week in range(WEEKS):
        sizes = {"toys": 60, "books": 40 if week >= STEP else 20, "games": 140 if week == BURST else 20}
        for kind, size in sizes.items():
            for number in range(size + draw.randrange(-3, 4)):
                day, person = FIRST + timedelta(days=7 * week + number % 7), draw.randrange(40)
                time, country = f"{9 + number // 60:02}:{number % 60:02}:00", "FR" if person % 3 else "UK"
                lines.append(f"{day} {time},view,u{person},{kind},{kind},{country}")
    lines += [f"{FIRST + timedelta(weeks=WEEKS)} 00:00:00,view,u1,toys,toys,UK"]
    (folder / "log.csv").write_text("\n".join(lines))
    settings = Settings(var=folder / "var", themes=False)
    import_file(settings, folder / "log.csv", ImportOptions(timezone="UTC"))
    opened = open_store(settings)
    yield opened
    opened.close()


def test_rules_fire_with_their_reasons(store):
    found = fired(store, DEFAULTS)
    assert dict(found.reports.schema) == FIRED_SCHEMA
    assert found.problems == ()
    told = {(row["kind"], row["id"]): row for row in found.reports.iter_rows(named=True)}
    level, burst = told["change", "books"], told["emerging", "games"]
    assert abs((level["at"] - (FIRST + timedelta(weeks=STEP))).days) <= 7
    assert level["at"] < level["reported"]
    assert level["what"].startswith("'books' takes ")
    assert "more of the traffic since" in level["what"]
    assert burst["at"] == burst["reported"] == FIRST + timedelta(weeks=BURST)
    assert burst["what"].endswith("to be expected.")
    assert "in the week of 7 Apr 2025, where 43 were" in burst["what"]
    assert (burst["rule"], burst["by"]) == ("2", "category")
    order = found.reports["reported"].to_list()
    assert order == sorted(order, reverse=True)


def test_what_fired_is_what_a_full_replay_reported_lately(store):
    frame = history(store, Scope(), by="category")
    whole = replay(new_levels, frame)
    since = frame["start"].max() - timedelta(days=91)
    lately = fired(store, [Rule("change", id="1")]).reports
    assert set(lately.select("id", "at", "reported").iter_rows()) == {
        row for row in whole.select("id", "at", "reported").iter_rows() if row[2] > since
    }
    surge = emerging_interests(store, Scope(), by="category", at=FIRST + timedelta(weeks=BURST))
    assert "games" in surge.filter("fired")["id"].to_list()


def test_a_replay_says_how_often_and_when(store):
    found = replayed(store, Rule("emerging"))
    assert (found.periods, found.first, found.last) == (
        WEEKS - 12, FIRST + timedelta(weeks=12), FIRST + timedelta(weeks=WEEKS - 1)
    )  # fmt: skip
    assert replay_said(found, "week") == (
        "Judged 58 times from 25 Mar 2024 to 28 Apr 2025, it would have fired 1 time: on 7 Apr 2025."
    )


def test_a_limit_is_told_when_it_is_passed_and_not_while_it_lasts(store):
    reports = replayed(store, replace(THRESHOLD, interests=("books",))).reports
    assert reports["at"].to_list() == [FIRST + timedelta(weeks=STEP)]
    assert "above 30 %." in reports["what"][0]
    below = replayed(store, Rule("threshold", by="all", metric="events", side="below", limit=10.0))
    assert "it would not have fired once" in replay_said(below, "week")
    month = replayed(store, Rule("threshold", by="all", grain="month", metric="users", side="above", limit=1.0))
    assert month.reports["what"][0] == "The people of the whole shop in the month of 1 Jan 2024 came to 40, above 1."


def test_one_or_two_people_are_no_surge(make_store, event):
    week = FIRST + timedelta(weeks=14)
    log = [event(FIRST + timedelta(days=7 * w + n % 7), n, "a", "toys") for w in range(15) for n in range(60)]
    log += [event(week, number % 2, "b", "books") for number in range(40)]
    log += [event(week, number % 3, "c", "games") for number in range(40)]
    assert fired(make_store(log), [Rule("emerging", id="1")]).reports["id"].to_list() == ["games"]


def test_by_day_levels_are_judged_on_sundays(store):
    found = replayed(store, Rule("change", grain="day"))
    assert {report.weekday() for report in found.reports["reported"]} == {6}
    assert found.reports["id"].to_list() == ["books"]
    assert (found.needed, found.periods) == (364, 19)


def test_of_very_many_lines_the_largest_so_far_are_judged(store, monkeypatch):
    assert "books" in fired(store, [Rule("change", id="1")]).reports["id"].to_list()
    monkeypatch.setattr("analytics.alerts.judging.MOST_LINES", 1)
    assert set(fired(store, [Rule("change", id="1")]).reports["id"]) <= {"toys"}


def test_short_logs_say_what_a_rule_takes(make_store, event):
    short = make_store([event(FIRST + timedelta(days=day), day % 9) for day in range(70)])
    assert fired(short, DEFAULTS).reports.is_empty()
    assert replay_said(replayed(short, Rule("change")), "week") == (
        "The log is too short for this rule yet: it takes 52 complete weeks, and there are 10. It begins by itself "
        "when there are enough."
    )


def test_every_rule_states_its_rate(store):
    level = rate(Rule("change"))
    assert (level.a_year, level.low, level.high) == (0.23, 0.19, 0.28)
    assert level.why.startswith("About 0.23 false alarms a year (0.19 to 0.28), measured on 200 simulated shops")
    for rule in (*DEFAULTS, Rule("change", grain="day"), Rule("emerging", grain="day"), Rule("mix")):
        assert 0 < rate(rule).a_year <= 1
    assert rate(THRESHOLD).a_year is None
    assert rate(THRESHOLD).why == "A limit has no rate of false alarms: it is passed or not, by chance as well."
    assert pytest.approx(1, abs=0.01) == MIX_LEVEL * 365.25 / 7


def test_what_was_delivered_is_not_told_again_though_its_place_was_set_right(store):
    known = DEFAULTS
    reports = fired(store, known).reports
    key = Key("1", "books", reports.filter(rule="1", id="books")["at"][0])
    assert undelivered(reports, known, []).equals(reports)
    for days in (0, 7, -28):
        moved = Key("1", "books", key.at + timedelta(days=days))
        assert "books" not in undelivered(reports, known, [moved]).filter(rule="1")["id"].to_list()
    for other in (Key("2", *key[1:]), Key("1", "toys", key.at), Key("1", "books", key.at - timedelta(days=35))):
        assert undelivered(reports, known, [other]).filter(rule="1", id="books").height == 1


def test_what_is_recent_goes_by_the_end_of_the_period(store):
    reports = fired(store, DEFAULTS).reports
    burst = FIRST + timedelta(weeks=BURST)
    for days, is_in in ((27, True), (28, False)):
        last = burst + timedelta(days=6 + days)
        assert ("games" in recent(reports, DEFAULTS, last, days=28).filter(kind="emerging")["id"]) is is_in


def test_a_rule_that_cannot_be_asked_leaves_the_others(store):
    lost = Rule("change", segments=(("list", "9"),), id="3")
    found = fired(store, [*DEFAULTS, lost])
    assert found.problems == (("3", "There is no saved list '9'. Lists known: none."),)
    assert set(found.reports["rule"]) == {"1", "2"}
    assert fired(store, []).reports.is_empty()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule("odd"), r"`kind` cannot be 'odd'. Choose one of: change, emerging, threshold, mix."),
        (Rule("change", grain="month"), r"`grain` cannot be 'month'. Choose one of: day, week."),
        (Rule("mix", grain="day"), r"`grain` cannot be 'day'. Choose one of: week."),
        (Rule("change", by="brand"), r"This log has no brand."),
        (Rule("change", by="all"), r"`by` cannot be 'all'."),
        (Rule("mix", by="item"), r"`by` cannot be 'item'. Choose one of: category."),
        (Rule("mix", interests=("toys",)), r"A mix is of all interests, and this rule names some."),
        (Rule("mix", days=30), r"Windows of a mix are whole weeks, at least two, found 30 days. Try 28 or 91."),
        (Rule("change", interests=("cars",)), r"This log has no category 'cars'."),
        (Rule("change", segments=(("country", "XX"),)), r"The segment 'country' has no value 'XX'."),
        (Rule("threshold"), r"A threshold needs a number that a line is to be above or below. Give one."),
        (Rule("threshold", side="near", limit=0.2), r"`side` cannot be 'near'. Choose one of: above, below."),
        (Rule("threshold", side="above", limit=20.0), r"A share lies between 0 and 1, found 20. Write 20 % as 0.2."),
        (Rule("threshold", side="above", limit=2.0, metric="clicks"), r"`metric` cannot be 'clicks'."),
    ],
)
def test_rules_that_cannot_be_asked_are_refused(store, rule, message):
    with pytest.raises(InputError, match=message):
        checked(store, rule)


def test_rules_are_said_in_words():
    assert rule_said(DEFAULTS[0], by="theme") == "Any theme changes its level, by week"
    some = Rule("emerging", grain="day", interests=("t1",), segments=(("country", "France"),))
    assert rule_said(some, by="theme", names={"t1": "Mugs"}) == (
        "'Mugs' suddenly takes more of the traffic, by day, among country France"
    )
    assert rule_said(THRESHOLD, by="category") == "The share of any category in a week is above 30 %"
    low = Rule("threshold", metric="revenue", side="below", limit=1000.0, grain="month")
    assert rule_said(low, by="all") == "The revenue of the whole shop in a month is below 1,000"
    assert rule_said(Rule("mix", days=28), by="theme") == (
        "The mix of themes changes, 28 days against those before, every week"
    )


def test_a_mix_that_turns_is_told_once(store):
    found = replayed(store, Rule("mix", days=14, id="7"))
    assert (found.needed, found.periods) == (4, 26)
    row = found.reports.row(0, named=True)
    assert (row["id"], row["name"], row["rule"]) == ("", "the mix of interests", "7")
    assert FIRST + timedelta(weeks=STEP - 2) <= row["at"] <= FIRST + timedelta(weeks=STEP)
    assert row["what"].startswith("The mix of categories of the 14 days up to ")
    assert "'books' +" in row["what"]
    assert found.held > found.reports.height
    assert f"It held {found.held} times; what lasts is told once." in replay_said(found, "week")
