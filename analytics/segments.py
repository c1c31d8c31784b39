"""Which groups of people a log offers: every value of every attribute, for the people filter."""

from data.store import Store

OFFERED = 60
"""Values of one attribute that a filter offers, largest first; a log can hold thousands."""

VALUES_SQL = """
select segment, value, events from segments
qualify row_number() over (partition by segment order by events desc, value) <= $offered
order by segment, events desc, value
"""


def segment_values(store: Store) -> list[tuple[str, str]]:
    """(attribute, value) of each offered group, in the order of the log's attributes; cohorts newest first."""
    rows = store.query(VALUES_SQL, {"offered": OFFERED}).rows()
    place = {name: index for index, name in enumerate(store.meta.segments)}
    pairs = [(name, value) for name, value, _ in rows if name in place]
    dated = sorted((pair for pair in pairs if pair[0] == "cohort"), reverse=True)
    others = [pair for pair in pairs if pair[0] != "cohort"]
    return sorted(others + dated, key=lambda pair: place[pair[0]])
