"""Where a visitor stands: settings, the published store, the scope in the URL, and the little a session remembers.

The URL holds a widget's option as it reads, so options are the stable ids themselves (`share`, `country: France`,
`list: 7 Christmas movers`, where the part before the first space of the value is the id of the list).
"""

from collections.abc import Callable, Iterable
from datetime import date

import streamlit as st

from data.errors import AppError, StoreError
from data.ledger import data_version
from data.scope import Scope
from data.settings import Settings, load_settings
from data.store import Meta, Store, open_store, what_is_served
from data.store import concern as what_is_wrong
from pages.shared import cached

BY, DATES, SEGMENT = "by", "dates", "segment"
"""The shared filters; their widget keys are the names in the URL."""

METRIC, GRAIN, COMPARE, INDEX, SEASON, ORDER = "metric", "grain", "compare", "index", "season", "order"
COHORT, VIEW, START = "cohort", "view", "start"
LENGTH, RATE = "length", "q"
RUN, PERSON, FADING = "run", "person", "fading"
"""The knobs of single pages, bound to the URL in the same way."""

DISMISSED = "dismissed_jobs"
NOTICE = "notice"
UPLOADS = "uploads_taken"
"""The session keys; everything else lives in the URL or on disk."""

LIST = "list"
EVERYBODY = "Everybody"


def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


def served() -> tuple[object, ...]:
    """Changes whenever other data are to be shown; empty before the first import."""
    return what_is_served(settings())


def store() -> Store | None:
    """The newest version that can be read; None while there is nothing to show: never imported, all undone, or nothing
    that was published can be read, which `concern` then says."""
    try:
        opened = _newest()
    except StoreError:
        return None
    return opened if opened and not opened.meta.is_empty else None


def concern() -> str | None:
    """Why what is shown is not what should be, in a few sentences; None where all is well."""
    try:
        opened = _newest()
    except StoreError as problem:
        return problem.message
    return what_is_wrong(settings(), opened, _ledger_version) if opened else None


def _ledger_version(here: Settings) -> int:
    return cached.as_written(data_version, here, here.ledger_path)


def _newest() -> Store | None:
    opened = None
    seen = None
    while (now := served()) and now != seen:  # the damage of a file is found by opening it, and then another counts
        seen = now
        opened = _open(str(settings().var), now)
    return opened


@st.cache_resource(max_entries=2, show_spinner=False, on_release=lambda opened: opened and opened.close())
def _open(var: str, served: tuple[object, ...]) -> Store | None:
    """The store that is served. The last two stay open, so that a page half drawn ends on the data it began with."""
    return open_store(settings())


def scope(meta: Meta) -> Scope:
    """The scope that the shared filters ask for; half and reversed ranges come out whole and in order."""
    start, end = date_range(st.session_state.get(DATES) or (), meta)
    return Scope(start=start, end=end, segments=segment_pairs(st.session_state.get(SEGMENT) or ()))


def date_range(chosen: Iterable[date], meta: Meta) -> tuple[date | None, date | None]:
    """The first and last day asked for; None where that end is open. A range that is all of the log is no filter."""
    days = sorted(chosen)
    if not days:
        return None, None
    start = days[0] if days[0] > meta.first_day else None
    end = days[-1] if len(days) > 1 and days[-1] < meta.last_day else None
    return start, end


def segment_option(name: str, value: str) -> str:
    """A segment as one option of the filter, and so as it stands in the URL."""
    return f"{name}: {value}"


def segment_pairs(chosen: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The (name, value) pairs of chosen options, one per name; a saved list is named by its id alone.

    >>> segment_pairs(["country: France", "list: 7 Christmas movers"])
    (('country', 'France'), ('list', '7'))
    """
    pairs: dict[str, str] = {}
    for option in chosen:
        name, _, value = option.partition(": ")
        pairs[name] = value.split(" ", 1)[0] if name == LIST else value
    return tuple(pairs.items())


def keep_last_of_each_segment() -> None:
    """One choice per attribute: choosing France after Germany replaces Germany, since nobody is in both."""
    latest = {option.partition(": ")[0]: option for option in st.session_state[SEGMENT]}
    st.session_state[SEGMENT] = list(latest.values())


def by(meta: Meta, kinds: Iterable[str] | None = None) -> str:
    """What the lines are, as the questions name it; the log's default where this page cannot show the chosen kind."""
    chosen = str(st.session_state.get(BY) or meta.default_by)
    if kinds is not None and chosen not in set(kinds):
        return meta.default_by
    return f"segment:{chosen}" if chosen in meta.segments else chosen


def param(name: str) -> str | None:
    """One part of the URL that no widget is bound to, such as the interest opened below a table."""
    return st.query_params.get(name)


def set_param(name: str, value: str | None) -> None:
    """Write or drop a part of the URL; the page then reads it back, so back and forward work."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def attempt(action: Callable[..., object], *args: object) -> None:
    """Run a callback's action; a failure is said in a toast, since nothing can be drawn before the page is."""
    try:
        action(*args)
    except AppError as problem:
        notify(problem.message)


def notify(text: str) -> None:
    """Say this in a toast at the end of the next run: callbacks run before anything is drawn."""
    st.session_state[NOTICE] = text


def show_notice() -> None:
    """Draw what `notify` left, once."""
    if text := st.session_state.pop(NOTICE, None):
        st.toast(text, icon=":material/info:")


def dismiss(job_id: int) -> None:
    """Stop showing one finished job to this visitor."""
    st.session_state[DISMISSED] = {*st.session_state.get(DISMISSED, ()), job_id}


def dismissed(job_id: int) -> bool:
    """Whether this visitor has put that job away."""
    return job_id in st.session_state.get(DISMISSED, ())
