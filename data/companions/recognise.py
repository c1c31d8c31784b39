"""Which kind of file a header most likely belongs to."""

from data.companions.schema import COMPANIONS
from data.formats import CANONICAL, recognise
from data.schema import guess_mapping

REVIEW = {"event_time", "user_id", "item_id"}


def suggest_kind(header: list[str]) -> str:
    """The one kind that this header can be; 'events' where it is a log, and where it fits no kind or several.

    >>> suggest_kind(["item_id", "name", "brand"]), suggest_kind(["user_id", "email", "consent_email"])
    ('items', 'customers')
    >>> suggest_kind(["event_time", "user_id", "item_id", "stars"])
    'reviews'
    >>> suggest_kind(["event_time", "event_type", "user_id", "item_id", "rating"]), suggest_kind(["a", "b"])
    ('events', 'events')
    """
    if recognise(header) is not CANONICAL:
        return "events"
    log = set(guess_mapping(header))
    if "event_type" in log and "event_time" in log:
        return "events"
    found = ["reviews"] if log >= REVIEW and log & {"rating", "review_text"} else []
    guesses = {name: set(guess_mapping(header, kind.fields)) for name, kind in COMPANIONS.items()}
    present = log.union(*guesses.values())
    for name, kind in COMPANIONS.items():
        told = any(guesses[name].issuperset(columns) for columns in kind.told_by)
        if told and not present & set(kind.never):
            found.append(name)
    return found[0] if len(found) == 1 else "events"
