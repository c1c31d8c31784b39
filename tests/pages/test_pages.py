"""Every page on a small shop: nothing raises, every chart and table has a name, the URL is obeyed."""

import pytest

from data.ingest import ImportOptions
from data.pipeline import import_file

PAGES = (
    "start/home",
    "start/data",
    "interest/trends",
    "interest/drift",
    "interest/cohorts",
    "interest/alerts",
    "model/models",
    "model/people",
)
VIEWS = ("retention", "mix", "value", "lifecycle")
HEADER = "event_time,event_type,user_id,item_id,item_name,category,price,quantity,country"


@pytest.fixture
def stepping(settings, write_csv):
    """Two views of garden a day for 30 weeks, then eight, among ten of toys and ten of paper."""
    lines = [
        f"2024-{month:02d}-{day:02d} 10:{number:02d}:00,view,u{(day + number) % 9},{kind}1,x,{kind},1,1,France"
        for month in range(1, 13) for day in range(1, 29)
        for number, kind in enumerate(["toys"] * 10 + ["paper"] * 10 + ["garden"] * (2 if month < 8 else 8))
    ]  # fmt: skip
    import_file(settings, write_csv("steps.csv", *lines, header=HEADER), ImportOptions())
    return settings


def unnamed(app):
    """The charts and tables without a name for those who cannot see them."""
    return [
        each for kind in ("plotly_chart", "arrow_data_frame", "table") for each in app.get(kind) if not each.proto.alt
    ]


def words(app):
    """Everything that is written on the page."""
    kinds = (app.markdown, app.caption, app.subheader, app.title, app.info, app.error, app.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


@pytest.mark.parametrize("page", PAGES)
def test_page_draws(shop, visit, page):
    app = visit(page)
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    assert not unnamed(app)
    assert "1 Jan 2024 to" in words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_cohort_views(shop, visit, view):
    app = visit("interest/cohorts", view=view)
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    assert not unnamed(app)
    assert app.get("plotly_chart")


def test_cohort_grid_as_a_table(shop, visit):
    app = visit("interest/cohorts")
    app.session_state["cohorts_numbers"] = True
    app.run()
    assert not app.error, [each.value for each in app.error]
    rows = app.dataframe[0].value
    assert list(rows.columns[:3]) == ["cohort", "people", "0"]
    assert not unnamed(app)


def test_how_long_interest_lasts_is_counted_when_it_is_opened(shop, visit, monkeypatch):
    from pages.interest.drift_views import lasting

    asked = []
    with monkeypatch.context() as patched:
        patched.setattr(lasting, "halves", lambda *about: asked.append(about))
        app = visit("interest/drift")
    assert not asked
    app.session_state["drift_lasting"] = True
    app.run()
    assert not app.error, [each.value for each in app.error]
    assert "says half as much about what comes next" in words(app) or "says as much about what" in words(app)
    assert [each for each in app.get("plotly_chart") if each.proto.alt.startswith("How well each half-life foretells")]
    assert not unnamed(app)


def test_too_short_a_log_for_a_half_life_says_so(stepping, visit):
    app = visit("interest/drift", dates=["2024-01-01", "2024-03-01"])
    app.session_state["drift_lasting"] = True
    app.run()
    assert not app.error, [each.value for each in app.error]
    assert "half-life" in app.info[-1].value.lower() and "What stays of people's interests cannot be told" in words(app)


def test_cohort_migration_shows_the_noise_floor(shop, visit):
    app = visit("interest/cohorts", view="migration", cohort="quarter")
    assert not app.error, [each.value for each in app.error]
    assert "two halves of one person's visits already differ" in words(app)
    assert "chance alone makes" in app.get("plotly_chart")[0].proto.alt
    app.session_state["cohorts_groups"] = True
    app.run()
    assert list(app.dataframe[-1].value.columns) == ["name", "called", "share", "base"]
    assert not unnamed(app)


def test_cohort_migration_by_age_leaves_customers_from_before_out(shop, visit):
    app = visit("interest/cohorts", view="migration", cohort="quarter", steps="age")
    assert not app.error, [each.value for each in app.error]
    assert "All 7 people were looked at" in words(app) and "Too few people" in words(app)


def test_cohort_migration_of_short_periods_says_what_is_missing(shop, visit):
    app = visit("interest/cohorts", view="migration", cohort="week")
    assert not app.error, [each.value for each in app.error]
    assert "groups need" in words(app) or "Too few people" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_first_visit_offers_samples_and_upload(settings, visit, page):
    app = visit(page)
    assert not app.exception
    assert app.file_uploader
    assert [button for button in app.button if button.label == "Load"]
    assert not app.get("plotly_chart")
    assert not app.multiselect


def test_url_filters_are_picked_up(shop, visit):
    app = visit("interest/trends", segment="country: France", dates=["2024-06-01", "2024-12-31"], metric="events")
    assert app.multiselect(key="segment").value == ["country: France"]
    assert app.get_by_key("metric").value == "events"
    assert app.query_params["segment"] == "country: France"
    assert not app.exception


def test_unknown_values_in_the_url_are_dropped(shop, visit):
    app = visit("interest/trends", segment="country: Nowhere", metric="sadness", dates="not-a-date", by="moon")
    assert not app.exception
    assert app.multiselect(key="segment").value == []
    assert app.get_by_key("metric").value == "share"


@pytest.mark.parametrize("dates", [["2024-06-01"], ["2024-12-31", "2024-06-01"]], ids=["half", "reversed"])
def test_half_and_reversed_dates(shop, visit, dates):
    app = visit("interest/trends", dates=dates)
    assert not app.exception
    assert not app.error


def test_interest_of_the_url_opens_its_items(shop, visit):
    app = visit("interest/trends", interest="garden")
    assert "Items of garden" in words(app)
    app = visit("interest/trends", interest="moon")
    assert "There is no category 'moon' in this log" in words(app)
    assert not [each for each in app.expander if each.label.startswith("What goes with")]
    assert not app.exception


def test_what_goes_with_an_interest_is_counted_when_it_is_opened(settings, visit, write_csv, monkeypatch):
    """Garden is bought with toys on every third day, else alone."""
    from pages.interest.trends_views import rules

    lines = [
        f"2024-{month:02d}-{day:02d} 10:00:00,purchase,u{day},{kind}1,x,{kind},1,1,France"
        for month in range(1, 7) for day in range(1, 29)
        for kind in (("garden", "toys") if day % 3 == 0 else (("garden", "paper", "cups")[day % 2],
                                                            ("paper", "cups", "plates")[day % 2]))
    ]  # fmt: skip
    import_file(settings, write_csv("pairs.csv", *lines, header=HEADER), ImportOptions())
    with monkeypatch.context() as patched:
        patched.setattr(rules, "association_rules", lambda *about, **knobs: pytest.fail("nobody asked for rules"))
        app = visit("interest/trends", interest="toys", dates=["2024-01-01", "2024-05-31"])
    assert not app.error, [each.value for each in app.error]
    assert [each.label for each in app.expander if each.label.startswith("What goes with")] == ["What goes with toys"]
    app.session_state["trends_goes_with"] = True
    app.run()
    assert not app.error, [each.value for each in app.error]
    assert "People who take 'toys' also take 'garden'" in words(app)
    rows = next(each.value for each in app.dataframe if "lift" in each.value.columns)
    assert rows["other"].tolist() == ["garden"]
    link = app.get("page_link")[0].proto
    assert (link.page, link.query_string) == ("drift", "interest=toys")
    assert not unnamed(app)


@pytest.mark.parametrize("by", ["category", "item", "country", "rfm"])
def test_trends_by_other_lines(shop, visit, by):
    app = visit("interest/trends", by=by)
    assert not app.exception
    assert not app.error, [each.value for each in app.error]
    assert app.get("plotly_chart")


@pytest.mark.parametrize("knobs", [{"index": "true"}, {"season": "true", "grain": "day"}, {"compare": "last-year"}])
def test_trends_knobs(shop, visit, knobs):
    app = visit("interest/trends", **knobs)
    assert not app.exception
    assert not app.error, [each.value for each in app.error]


@pytest.mark.parametrize(("knobs", "marks"), [
    ({}, True), ({"metric": "events"}, True), ({"grain": "month"}, False), ({"metric": "events", "grain": "day"}, False)
])  # fmt: skip
def test_new_levels_are_marked_where_they_can_be_judged(stepping, visit, knobs, marks):
    app = visit("interest/trends", **knobs)
    assert not app.error, [each.value for each in app.error]
    assert ("Diamonds mark new levels" in words(app)) is marks
    assert ("garden: new level since" in app.get("plotly_chart")[0].proto.alt) is marks


def test_tables_send_fifty_rows_a_page(shop, visit):
    for page in PAGES:
        for frame in visit(page, by="item").dataframe:
            assert 0 < len(frame.value) <= 50


def test_a_broken_block_leaves_the_rest(shop, visit, monkeypatch):
    from pages.interest.trends_views import lines

    monkeypatch.setattr(lines, "alt_trend_lines", lambda *_, **__: 1 / 0)
    app = visit("interest/trends")
    assert not app.exception
    assert "The chart could not be shown" in app.error[0].value
    assert "report reference" in app.error[0].value
    assert app.dataframe


LOGS = {
    "one event": ["2024-01-01 10:00:00,purchase,u1,i1,thing,toys,1,1,France"],
    "nobody named": [f"2024-01-{day:02d} 10:00:00,view,,i{day % 3},thing {day % 3},toys,1,1," for day in range(1, 29)],
    "searches only": [f"2024-01-{day:02d} 10:00:00,search,u{day % 4},,,,,," for day in range(1, 29)],
    "ten days": [
        f"2024-01-{day:02d} {hour}:00:00,view,u{hour},i{hour},x {hour},,2,1,France"
        for day in range(1, 11) for hour in range(10, 20)
    ],
}  # fmt: skip


@pytest.mark.parametrize("log", LOGS)
def test_small_and_odd_logs(settings, visit, write_csv, log):
    import_file(settings, write_csv("odd.csv", *LOGS[log], header=HEADER), ImportOptions())
    for page in PAGES:
        app = visit(page)
        assert not app.exception
        assert not [each.value for each in app.error if "reference" in each.value], page
    for view in (*VIEWS, "migration"):
        app = visit("interest/cohorts", view=view)
        assert not app.exception
        assert not [each.value for each in app.error if "reference" in each.value], view
