from datetime import date

from analytics.aside import aside, aside_sentence


def test_rows_without_a_category_are_shown_with_their_share(make_store, event):
    store = make_store([event(date(2024, 1, 1)), event(date(2024, 1, 2), item="b", category=None)])
    assert aside(store, by="category").select("id", "items", "events", "share").rows() == [("none", 1, 1, 0.5)]
    assert aside_sentence(store, by="category") == (
        "1 item is without a category: 50.0% of all events, in no row of this table."
    )


def test_events_without_an_item_are_not_called_items(make_store, event):
    store = make_store([event(date(2024, 1, 1)), event(date(2024, 1, 2), item=None, category=None)])
    assert aside_sentence(store, by="category") == (
        "50.0% of all events name no item, searches for example: they are in no row of this table."
    )


def test_nothing_to_say_where_everything_has_its_interest(make_store, event):
    store = make_store([event(date(2024, 1, 1))])
    assert aside_sentence(store, by="category") == ""
    assert aside_sentence(store, by="item") == ""
