from datetime import date

from analytics.migration.sampled import sample
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.scope import Scope
from data.store import open_store

HEADER = "event_time,event_type,user_id,item_id,item_name,category,session_id"
LINES = [
    "2026-03-01 12:00:00,view,u1,i1,Cup,toys,",
    "2026-03-02 12:00:00,view,u1,i1,Cup,toys,",
    "2026-03-04 23:50:00,view,u1,i1,Cup,toys,s1",
    "2026-03-05 00:10:00,view,u1,i1,Cup,toys,s1",
]


def test_days_without_a_session_are_visits_of_their_own_and_a_session_may_pass_midnight(settings, write_csv):
    import_file(settings, write_csv("log.csv", *LINES, header=HEADER), ImportOptions())
    store = open_store(settings)
    found = sample(store, Scope(), by="category", first=date(2026, 3, 1), last=date(2026, 3, 5)).visits
    assert sorted(found.select("day", "n").rows()) == [
        (date(2026, 3, 1), 1),
        (date(2026, 3, 2), 1),
        (date(2026, 3, 4), 2),
    ]
