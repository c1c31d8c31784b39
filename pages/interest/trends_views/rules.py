"""What goes with one interest: the interests that share its baskets more often than chance."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.rules import association_rules
from analytics.sentences.rules import goes_with
from analytics.significance import LEVEL
from data.errors import InputError
from data.scope import Scope
from data.store import Store
from pages.shared import cached
from pages.shared.parts import empty, export, so_what, table
from pages.shared.parts.head import plain

number = st.column_config.NumberColumn
TEXT = st.column_config.TextColumn
COLUMNS = {
    "other": TEXT("Goes with", width="medium"),
    "lift": number("Lift", format="%.2f", help="How many times as many baskets hold both as chance would make."),
    "low": number("at least", format="%.2f", help="Lower end of the lift's 95 % interval; the table is ordered by it."),
    "together": number("Baskets", format="localized", help="That hold both."),
    "users_together": number("People", format="localized", help="Who have such a basket."),
    "replicated_lift": number(
        "Found again", format="%.2f",
        help="Found in one half of the people alone, the lift in the other half. Empty: one half was not enough.",
    ),
    "order": TEXT("Usually", help="Which of the two people tend to have in an earlier basket."),
}  # fmt: skip
EXPLANATION = """
A **basket** is what a known person bought on one day, or, where the log has no purchase, did anything with on one day.
Large baskets hold everything with everything, so **chance** here knows the sizes of baskets: two interests with $s_i$
and $s_j$ baskets are expected together $s_i s_j \\sum_b n_b (n_b - 1) / (\\sum_b n_b)^2$ times, $n_b$ the interests in
basket b. **Lift** = baskets with both / expected. People are the units: what one person repeats counts little. Shown
are pairs that pass 5 % false discoveries over all pairs with this interest.

**Found again** splits the people in two: one half finds the pair, the other, which had no part in it, gives this lift.

**What it cannot tell**: whether offering one sells the other. A season brings things together that nobody combines.
"""


def companions(store: Store, scope: Scope, *, by: str, interest: str) -> tuple[pl.DataFrame, str]:
    """The clear rules that hold the interest, the surest lift first, seen from it; and which baskets these are.

    Adds other (the name of what goes with it) and order to the columns of `rules`; where no rule can be asked for, no
    row and the reason.
    """
    try:
        found = association_rules(store, replace(scope, interests=(interest,)), by=by)
    except InputError as reason:
        return pl.DataFrame(schema={"other": pl.Utf8}), reason.message
    first = pl.col("a") == interest
    ahead = pl.col("direction").is_in(["a first", "b first"])
    order = pl.when(first == (pl.col("direction") == "a first")).then(pl.lit("afterwards")).otherwise(pl.lit("before"))
    frame = found.frame.filter(pl.col("q") <= LEVEL).with_columns(
        other=pl.when(first).then("name_b").otherwise("name_a"),
        order=pl.when(ahead).then(order).otherwise(pl.lit("no clear order")),
    )
    return frame, found.about


def draw(opened: Store, scope: Scope, *, by: str, interest: str, title: str) -> None:
    """Shut at first: the baskets of a large log take a second, and are counted when somebody looks."""
    shut = st.expander(
        f"What goes with {plain(title)}", icon=":material/shopping_basket:", on_change="rerun", key="trends_goes_with"
    )
    if not shut.open:
        return
    with shut:
        opened_up(opened, scope, by=by, interest=interest, title=title)


def opened_up(opened: Store, scope: Scope, *, by: str, interest: str, title: str) -> None:
    """Sentence, table, and what the figures mean."""
    frame, about = cached.answer(companions, opened, scope, by=by, interest=interest)
    if "lift" not in frame.columns:
        empty(about)
        return
    so_what(goes_with(title, frame))
    st.caption(about)
    if frame.height:
        table(frame, f"What goes with {title}, with lift and baskets", key="trends_rules", columns=COLUMNS)
        export(frame, f"goes-with-{interest}", opened.meta, scope, key="trends_rules", by=by, interest=interest)
    st.markdown("**How this is computed**")
    st.markdown(EXPLANATION)
