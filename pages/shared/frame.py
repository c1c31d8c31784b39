"""What stands around every page: the shared filters, the sample banner, the job strip and the version poll."""

import streamlit as st

from analytics.segments import segment_values
from data.errors import AppError
from data.lists import lists
from data.samples import SAMPLES
from data.store import Meta, Store
from pages.shared import cached, jobstrip, state, wording
from pages.shared.parts import block

POLL_BUSY, POLL_IDLE = 1.0, 4.0


def filters(opened: Store) -> None:
    """The filters that travel from page to page, bound to the URL. Drawn before the page runs, so that they keep
    their values when the page changes."""
    meta = opened.meta
    with st.sidebar:
        st.selectbox(
            "Interests by", kinds(meta), key=state.BY, bind="query-params",
            help="What a line or a row is: a theme is a group of items that are close in meaning.",
        )  # fmt: skip
        st.date_input(
            "Dates", value=[], min_value=meta.first_day, max_value=meta.last_day, key=state.DATES,
            bind="query-params", format="YYYY-MM-DD",
            help=f"Empty means all of the log: {wording.days(meta.first_day, meta.last_day)}.",
        )  # fmt: skip
        st.multiselect(
            "People", segment_options(opened), key=state.SEGMENT, bind="query-params",
            placeholder=state.EVERYBODY, on_change=state.keep_last_of_each_segment, select_all=False,
            help="Only the people, or the events, for whom all of these hold. Saved lists stand at the end.",
        )  # fmt: skip


def kinds(meta: Meta) -> list[str]:
    """What lines can be, the log's default first."""
    others = [kind for kind in (*meta.bys, *meta.segments) if kind != meta.default_by]
    return [meta.default_by, *others]


def segment_options(opened: Store) -> list[str]:
    """Every choice of the people filter, as it stands in the URL."""
    values = cached.answer(segment_values, opened)
    here = state.settings()
    try:
        saved = cached.as_written(lists, here, here.ledger_path)
    except AppError:
        saved = []  # the frame says why
    return [state.segment_option(name, value) for name, value in values] + [
        state.segment_option(state.LIST, f"{each.id} {each.name}") for each in saved
    ]


def sample_banner(meta: Meta) -> None:
    """While a sample is loaded: which one, and the way to one's own log."""
    sample = SAMPLES.get(meta.sample or "")
    if not sample:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="frame_sample"):
        kind = "simulated" if sample.simulated else "a real shop's log"
        st.badge("Sample", icon=":material/science:", color="orange", width="content")
        st.markdown(f"You are looking at **{sample.title}**, {kind}, not at your own shop.", width="content")
        if st.button("Start with my own log", key="frame_leave", icon=":material/upload_file:", type="tertiary"):
            leave_sample(sample.title)


@st.dialog("Start with your own log?", icon=":material/upload_file:")
def leave_sample(title: str) -> None:
    """Ask once, then have the sample removed by a job."""
    st.markdown(
        f"This removes the sample **{title}** with its saved lists and notes. You can load it again with one click. "
        "Then upload your own log on the page Data."
    )
    if st.button("Remove the sample", key="frame_leave_yes"):
        jobstrip.start("leave_sample", {}, "Remove the sample")
        st.switch_page("pages/start/data.py")


def pulse(served: tuple[object, ...]) -> None:
    """The job strip, a word where something is amiss, and an eye on what is served: the page runs again when any of
    them has news."""
    here = state.settings()
    busy = jobstrip.busy(here)

    def beat() -> None:
        with block("The job strip"):
            jobstrip.draw(here)
        if not busy and (problem := state.concern()):
            st.warning(problem, icon=":material/warning:")
        if state.served() != served or jobstrip.busy(here) != busy:
            st.rerun(scope="app")

    st.fragment(beat, run_every=POLL_BUSY if busy else POLL_IDLE)()
