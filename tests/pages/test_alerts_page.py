"""The page Alerts: what fired, the rules with their rates, a new rule after a look at its past; the few on Home."""

import pytest

from data.alerts import DEFAULTS, Rule, add_rule, delete_rule, rules


def words(app):
    """Everything that is written on the page."""
    return "\n".join(each.value for kind in (app.markdown, app.caption, app.info, app.warning) for each in kind)


def chosen(visit, **fields):
    """The page with the fields of a new rule filled in, one after the other."""
    app = visit("interest/alerts")
    for key, value in fields.items():
        widget = app.number_input if key == "alerts_limit" else app.selectbox
        widget(key=key).set_value(value).run()
    return app


def well(app):
    assert not app.exception
    assert not app.error, [each.value for each in app.error]


def test_rules_stand_with_their_rates_and_nothing_fired_is_said_plainly(shop, visit):
    delete_rule(shop, "1")
    app = visit("interest/alerts")
    well(app)
    assert "No alert: the one rule has not fired in the last 13 weeks of data." in words(app)
    assert "**2. Any category suddenly takes more of the traffic, by week**" in words(app)
    assert "About 0.47 false alarms a year (0.41 to 0.53)" in words(app)


def test_a_limit_is_looked_at_and_then_saved(shop, visit):
    app = chosen(visit, alerts_kind="threshold", alerts_limit=1.0)
    assert "**The share of any category in a week is above 1 %**" in words(app)
    assert "A limit has no rate of false alarms" in words(app)
    assert not [button for button in app.button if button.key == "alerts_save"]
    app.button(key="alerts_look").click().run()
    assert "it would have fired 5 times: on 8 Jan 2024." in words(app)
    assert len(app.dataframe[0].value) == 5
    assert rules(shop) == DEFAULTS, "a look saves nothing"
    app.button(key="alerts_save").click().run()
    well(app)
    saved = rules(shop)[2]
    assert (saved.kind, saved.by, saved.side, saved.limit) == ("threshold", "category", "above", 0.01)
    assert app.toast[0].value.startswith("Saved as rule 3.")


def test_what_fired_is_written_out_with_the_way_to_its_interest(shop, visit, monkeypatch):
    app = visit("interest/alerts")
    well(app)
    told = "'kitchen' takes 50 % less of the traffic since 14 Oct 2024: 13.1 % where it was 26 %."
    assert told in words(app)
    assert "Rule 1, 30 Dec 2024." in words(app)
    (link,) = [each.proto for each in app.get("page_link") if each.proto.label == "Trends"]
    assert "interest=kitchen" in link.query_string
    home = visit("start/home")
    well(home)
    assert "No alert: none of the 2 rules has fired in the last 4 weeks of data." in words(home)
    monkeypatch.setattr("pages.interest.alerts_views.news.WEEKS", 13)
    assert told in words(visit("start/home"))


def test_the_same_rule_is_refused_in_words(shop, visit):
    app = visit("interest/alerts")
    app.button(key="alerts_look").click().run()
    app.button(key="alerts_save").click().run()
    assert rules(shop) == DEFAULTS
    assert app.toast[0].value.startswith("This rule is saved already, as rule 1.")


def test_people_and_interests_of_the_filters_are_the_rules(shop, visit):
    app = visit("interest/alerts", segment="country: France")
    app.multiselect(key="alerts_interests_category").set_value(["garden"]).run()
    assert "**'garden' changes its level, by week, among country France**" in words(app)
    app.button(key="alerts_look").click().run()
    app.button(key="alerts_save").click().run()
    well(app)
    assert rules(shop)[2] == Rule("change", "category", "week", (("country", "France"),), ("garden",), id="3")


def test_a_mix_is_looked_at(shop, visit):
    app = chosen(visit, alerts_kind="mix", alerts_days=91)
    assert "The mix of categories changes, 91 days against those before, every week" in words(app)
    assert "At most about 1 false alarm a year" in words(app)


def test_a_rule_tells_its_past_and_is_deleted(shop, visit):
    app = visit("interest/alerts")
    app.button(key="alerts_replay_2").click().run()
    well(app)
    assert "Judged 4" in words(app)
    app.button(key="alerts_delete_2").click().run()
    app.button(key="alerts_delete_1").click().run()
    well(app)
    assert rules(shop) == ()
    assert "There is no rule, so nothing can fire. Add one below." in words(app)
    assert "No alert: there is no rule. Add one on the page Alerts." in words(app)
    assert "No alert: there is no rule." in words(visit("start/home"))


def test_a_rule_that_was_deleted_meanwhile_is_said_so(shop, visit):
    app = visit("interest/alerts")
    delete_rule(shop, "1")
    app.button(key="alerts_delete_1").click().run()
    assert app.toast[0].value == "There is no rule '1'. Rules known: 2."


def test_a_rule_that_cannot_be_asked_is_said_so(shop, visit):
    add_rule(shop, Rule("change", segments=(("list", "9"),)))
    app = visit("interest/alerts")
    assert not app.exception
    assert "Rule 3 cannot be asked. There is no saved list '9'. Lists known: none." in words(app)
    well(visit("start/home"))


@pytest.mark.parametrize("limit", [120.0, -1.0])
def test_a_share_beyond_all_is_refused(shop, visit, limit):
    app = chosen(visit, alerts_kind="threshold", alerts_limit=limit)
    assert "A share lies between 0 and 1" in app.error[0].value
