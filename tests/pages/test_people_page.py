"""The page People: choosing somebody, their history, interests over time, and what comes next; codes only."""

from datetime import datetime

import pytest

from analytics.person import listed
from data.scope import Scope
from data.store import open_store
from models.recommender.answering import Answer
from models.runs import runs_folder
from pages.shared import wording


def words(app):
    """Everything that is written on the page."""
    kinds = (app.markdown, app.caption, app.subheader, app.info, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def well(app):
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    charts = [each for kind in ("plotly_chart", "arrow_data_frame") for each in app.get(kind)]
    assert all(each.proto.alt for each in charts)


@pytest.fixture
def code(shop):
    """The code of the person with most events."""
    opened = open_store(shop)
    found = wording.code(int(listed(opened, Scope(), most=1)["user_no"][0]))
    opened.close()
    return found


@pytest.fixture
def serving(shop, run_metrics, monkeypatch):
    """A run that serves and answers with one item and two interests."""
    import json

    from pages.model.people_views import asking, vector

    folder = runs_folder(shop) / "2026-11-24T1830-1"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "metrics.json").write_text(json.dumps(run_metrics()))
    (runs_folder(shop) / "ACTIVE").write_text(folder.name)
    reason = {"event": "toys 41, bought", "effect": 0.3, "event_time": "2025-01-03T10:00:00"}
    answer = Answer(
        folder.name, "blend",
        [{"item_id": "I40", "name": "toys 40", "interest": "toys", "score": 0.12, "reasons": [reason]}],
        [{"interest": "toys", "name": "toys", "now": 0.2, "next": 0.4, "interval": [0.3, 0.5]},
         {"interest": "garden", "name": "garden", "now": 0.3, "next": 0.3, "interval": [0.2, 0.4]}],
        0,
    )  # fmt: skip
    asked = []

    class Fixed:
        def recommend(self, history, when, k, masks):
            asked.append((history, when, k))
            return answer

    monkeypatch.setattr(asking, "loaded", lambda run: Fixed())
    monkeypatch.setattr(vector, "learnt", lambda: 56.0)
    return asked


def test_nobody_chosen_lists_the_most_active_by_code(shop, visit):
    app = visit("model/people")
    well(app)
    frame = app.dataframe[0].value
    assert len(frame) == 50
    assert frame["code"].str.startswith("P-").all()
    assert frame["events"].is_monotonic_decreasing
    assert "The 50 people with most events" in words(app)
    assert not app.get("plotly_chart")


def test_the_filters_narrow_the_list(shop, visit):
    app = visit("model/people", segment="country: France", dates=["2024-02-01", "2024-03-01"])
    well(app)
    frame = app.dataframe[0].value
    assert set(frame["country"]) == {"France"}
    assert frame["events"].max() < 20


def test_a_link_opens_somebody_without_a_model(visit, code):
    app = visit("model/people", person=code)
    well(app)
    said = words(app)
    assert code in said
    assert "No model serves yet, so nothing is foretold" in said
    assert [each.label for each in app.metric] == ["Events", "Visits", "State", "Tier"]
    ribbons, line = (each.proto.alt for each in app.get("plotly_chart"))
    assert ribbons.startswith("Shares of a person's interests over time")
    assert line.startswith("Events by week and interest")
    assert [each.value for each in app.subheader] == ["Interests over time", "What comes next", "History"]
    assert "auto: 90 days, until a trained model has chosen better." in said


def test_no_id_is_shown(shop, visit, code):
    opened = open_store(shop)
    numbers = {str(number) for number in listed(opened, Scope())["user_no"]}
    opened.close()
    app = visit("model/people", person=code)
    shown = words(app) + repr([each.value.to_dict() for each in app.dataframe])
    assert not [number for number in numbers if number in shown]
    assert not [f"'u{user}'" for user in range(120) if f"'u{user}'" in shown]


def test_a_code_is_typed_and_put_away_again(visit, code):
    app = visit("model/people")
    app.text_input(key="people_code").set_value(f" {code.lower()} ").run()
    well(app)
    assert app.metric
    assert app.query_params["person"] == code.lower()
    app.button(key="people_other").click().run()
    well(app)
    assert "person" not in app.query_params
    assert app.text_input(key="people_code").value == ""
    assert not app.metric


@pytest.mark.parametrize(("typed", "said"), [
    ("jo@example.com", "is not a code of a person"), ("P-77", "There is no person of that code in this store")
])  # fmt: skip
def test_what_is_no_code_is_said_so(shop, visit, typed, said):
    app = visit("model/people", person=typed)
    well(app)
    assert said in words(app)
    assert len(app.dataframe[0].value) == 50, "the list to choose from stays"


def test_knobs_change_the_vector(visit, code):
    quick, slow = (visit("model/people", person=code, fading=days).get("plotly_chart")[0].proto.alt
                   for days in ("28", "365"))  # fmt: skip
    assert quick != slow


def test_the_dates_end_the_history_and_begin_the_pictures(visit, code):
    app = visit("model/people", person=code, dates=["2024-03-01", "2024-06-30"])
    well(app)
    events = app.dataframe[-1].value
    assert events["time"].max() < datetime(2024, 7, 1)
    assert events["time"].min() >= datetime(2024, 3, 1)
    assert "on 2024-06-30" in app.get("plotly_chart")[0].proto.alt


def test_nothing_on_these_days_says_so(visit, code):
    app = visit("model/people", person=code, dates=["2024-01-01", "2024-01-01"])
    assert not app.exception
    assert not app.error


def test_items_as_interests_are_not_tested_for_changes(visit, code):
    app = visit("model/people", person=code, by="item")
    well(app)
    assert "single brands and items are too few" in words(app)


def test_what_comes_next_with_reasons_and_bands(visit, code, serving):
    app = visit("model/people", person=code, dates=["2024-01-01", "2024-12-31"])
    well(app)
    said = words(app)
    assert "Next comes most likely 'toys 40' (12 %), because of toys 41, bought on 3 Jan 2025." in said
    assert "Expected to gain over the next 28 days: 'toys' (20 % to 40 %)." in said
    assert "auto: 56 days, by which the model foretold best" in said
    rows = next(each.value for each in app.dataframe if "because" in each.value.columns)
    assert rows["because"].tolist() == ["toys 41, bought on 3 Jan 2025"]
    assert app.get("plotly_chart")[1].proto.alt.startswith("Interests now and expected")
    history, when, count = serving[0]
    assert history.columns == ["event_time", "event_type", "item_id", "query", "order_id"]
    assert (str(when), count) == ("2025-01-01 00:00:00", 10)
    assert history["event_time"].is_sorted()


def test_a_run_that_cannot_be_loaded_leaves_the_rest(visit, code, serving, monkeypatch):
    from data.errors import StoreError
    from pages.model.people_views import asking

    def broken(run):
        raise StoreError("The catalogue of run x cannot be read. Train again.")

    monkeypatch.setattr(asking, "loaded", broken)
    app = visit("model/people", person=code)
    assert not app.exception
    assert [each.value for each in app.error] == [
        "**The store cannot be used.** The catalogue of run x cannot be read. Train again."
    ]
    assert len(app.get("plotly_chart")) == 2


def test_a_log_without_people_has_nobody_to_follow(settings, visit, write_csv):
    from data.ingest import ImportOptions
    from data.pipeline import import_file

    import_file(settings, write_csv("log.csv", "2024-01-01 10:00:00,view,,i1,thing,1,1,"), ImportOptions())
    app = visit("model/people")
    well(app)
    assert "This log names no people, so nobody can be followed." in words(app)


def test_whoever_moved_leads_here(shop, visit, code, monkeypatch):
    import polars as pl

    from analytics.drift.movers import MOVER_SCHEMA, Movers
    from pages.interest.drift_views import people, verdict

    row = {"user_no": wording.person_of(code), "from": "toys", "to": "garden", "from_name": "toys", "to_name": "garden",
           "strength": 0.3, "p": 0.001, "q": 0.05, "events_before": 30, "events_after": 30, "visits_before": 9,
           "visits_after": 9}  # fmt: skip
    moved = Movers(pl.DataFrame([row], MOVER_SCHEMA), 9, 20, 0.1, 0.001, None, None)
    for module in (people, verdict):
        monkeypatch.setattr(module, "movers", lambda store, scope, **_: moved)
    app = visit("interest/drift", person=code)
    well(app)
    (link,) = [each.proto for each in app.get("page_link") if each.proto.label == "Their interests over time"]
    assert (link.page, link.query_string) == ("people", f"person={code}")


@pytest.mark.parametrize("row", [
    "2024-01-01 10:00:00,view,u1,i1,thing,1,1,", "2024-01-01 10:00:00,refund,u1,i1,thing,1,1,",
    "2024-01-01 10:00:00,remove_from_cart,u1,i1,thing,1,1,", "2024-01-01 10:00:00,search,u1,,,,,",
])  # fmt: skip
def test_a_person_of_one_event(settings, visit, write_csv, row):
    from data.ingest import ImportOptions
    from data.pipeline import import_file

    import_file(settings, write_csv("log.csv", row), ImportOptions())
    opened = open_store(settings)
    (user_no,) = listed(opened, Scope())["user_no"]
    opened.close()
    well(visit("model/people", person=wording.code(user_no)))
