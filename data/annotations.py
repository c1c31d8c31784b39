"""Notes on days, drawn on every time axis: a promotion, a holiday, a fault of the shop."""

from dataclasses import dataclass
from datetime import date

from data import ledger
from data.errors import InputError
from data.settings import Settings

SCHEMA = """
create table if not exists annotations (
    id integer primary key autoincrement, day text not null, text text not null);
"""


@dataclass(frozen=True)
class Annotation:
    """A note on a day."""

    id: int
    day: date
    text: str


def annotations(settings: Settings) -> list[Annotation]:
    """All notes, by day."""
    if not settings.ledger_path.exists():
        return []
    with ledger.connect(settings, write=False, schema=SCHEMA) as connection:
        rows = connection.execute("select id, day, text from annotations order by day, id").fetchall()
    return [Annotation(row["id"], date.fromisoformat(row["day"]), row["text"]) for row in rows]


def annotate(settings: Settings, day: date, text: str) -> int:
    """Write a note; comes back with its id. Raises InputError when it has no words."""
    if not text.strip():
        raise InputError("A note needs a few words. Write what happened on that day.")
    with ledger.connect(settings, schema=SCHEMA) as connection:
        added = connection.execute(
            "insert into annotations (day, text) values (?, ?)", (day.isoformat(), text.strip()[:200])
        )
    return int(added.lastrowid or 0)


def remove_annotation(settings: Settings, annotation_id: int) -> None:
    """Take a note back. Raises InputError when there is no such note."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        gone = connection.execute("delete from annotations where id = ?", (annotation_id,))
    if not gone.rowcount:
        raise InputError(f"There is no note {annotation_id}. It may have been removed already.")


def reset(settings: Settings) -> None:
    """Forget every note: the days they mark were a sample's."""
    with ledger.connect(settings, schema=SCHEMA) as connection:
        connection.execute("delete from annotations")
