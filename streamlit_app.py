"""Tideline's entry point: page config, shared filters, navigation by section, and what stands around every page."""

import streamlit as st

from pages.shared import frame, runtime, state


def page(section: str, stem: str, title: str, icon: str, tip: str, *, default: bool = False) -> st.Page:
    """One page of the menu; its address is its stem."""
    return st.Page(
        f"pages/{section}/{stem}.py", title=title, icon=f":material/{icon}:", url_path=stem, default=default, help=tip
    )


st.set_page_config(page_title="Tideline", page_icon="pages/shared/mark.svg", layout="wide")
st.logo("pages/shared/logo.svg", size="large", icon_image="pages/shared/mark.svg")
data_page = page("start", "data", "Data", "database", "What is loaded, and can it be trusted?")
chosen = st.navigation(
    {
        "Start": [
            page("start", "home", "Home", "home", "What changed since last time?", default=True),
            data_page,
        ],
        "Interest": [
            page("interest", "trends", "Trends", "trending_up", "What are people turning to?"),
            page("interest", "drift", "Drift", "swap_horiz", "Did the mix change, why, and who moved?"),
            page("interest", "cohorts", "Cohorts", "group_work", "How do people change after they arrive?"),
            page("interest", "alerts", "Alerts", "notifications", "What should I be told about?"),
        ],
        "Model": [
            page("model", "models", "Models", "model_training", "Does the model earn its place?"),
            page("model", "people", "People", "person_search", "How does one person's interest change, and what next?"),
        ],
    }
)

store = state.store()
frame.pulse(state.served())
if store:
    frame.sample_banner(store.meta)
    if chosen != data_page:
        frame.filters(store)
chosen.run()
state.show_notice()
runtime.settle(chosen.url_path)
