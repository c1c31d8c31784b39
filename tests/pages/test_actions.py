"""What a page lets one do: keep a cell as a list, filter by it, note a day, take the numbers along."""

import io

import polars as pl

from data.annotations import annotations
from data.lists import lists
from data.store import open_store
from pages.shared.parts.export import csv_bytes, parquet_bytes


def test_cell_becomes_a_list_that_filters_and_can_be_deleted(shop, visit):
    app = visit("interest/cohorts")
    app.text_input(key="cohorts_cell_name").set_value("Early birds")
    app.form_submit_button[0].click().run()
    assert not app.exception
    saved = lists(shop)[0]
    assert saved.name == "Early birds"
    assert saved.size > 0
    option = f"list: {saved.id} Early birds"
    app = visit("interest/trends", segment=option)
    assert app.multiselect(key="segment").value == [option]
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    app = visit("interest/cohorts")
    app.button(key=f"cohorts_delete_{saved.id}").click().run()
    assert app.button(key="cohorts_delete_yes").label == "Delete"


def test_a_name_that_is_taken_is_refused_in_words(shop, visit):
    for _ in range(2):
        app = visit("interest/cohorts")
        app.text_input(key="cohorts_cell_name").set_value("Twice")
        app.form_submit_button[0].click().run()
    assert not app.exception
    assert "There is a list 'Twice' already" in app.error[0].value


def test_interest_of_a_cohort_becomes_a_list(shop, visit):
    app = visit("interest/cohorts", view="mix")
    app.form_submit_button[0].click().run()
    assert not app.exception
    assert lists(shop)[0].source["interest"] in ("garden", "candles", "kitchen", "paper", "toys")


def test_note_is_drawn_on_the_chart_and_removed(shop, visit):
    app = visit("interest/trends")
    app.date_input(key="trends_note_day").set_value(open_store(shop).meta.first_day.replace(month=6))
    app.text_input(key="trends_note_text").set_value("Summer sale")
    next(each for each in app.form_submit_button if each.label == "Add note").click().run()
    assert not app.exception
    note = annotations(shop)[0]
    assert note.text == "Summer sale"
    assert "Summer sale" in app.get("plotly_chart")[0].proto.spec
    app.button(key=f"trends_note_{note.id}").click().run()
    assert annotations(shop) == []
    assert "Summer sale" not in app.get("plotly_chart")[0].proto.spec


def test_a_note_without_words_is_not_kept(shop, visit):
    app = visit("interest/trends")
    next(each for each in app.form_submit_button if each.label == "Add note").click().run()
    assert "A note needs a day and a few words" in app.warning[0].value
    assert annotations(shop) == []


def test_exports_hold_what_is_shown_and_say_what_it_is():
    frame = pl.DataFrame({"name": ["a", "b"], "spark": [[1.0, 2.0], [3.0]], "share": [0.5, None]})
    about = {"table": "interests", "data version": "7", "segments": "country=France"}
    text = csv_bytes(frame, about).decode()
    assert text.startswith("# table: interests\n# data version: 7\n# segments: country=France\n")
    back = pl.read_csv(io.StringIO(text), comment_prefix="#")
    assert back.height == 2
    assert back["spark"].to_list() == ["1.0 2.0", "3.0"]
    parquet = parquet_bytes(frame, about)
    assert pl.read_parquet(io.BytesIO(parquet)).equals(frame)
    assert pl.read_parquet_metadata(io.BytesIO(parquet))["data version"] == "7"
