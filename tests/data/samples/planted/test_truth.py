"""truth.json: its shape, and that the log says the same where a single look decides."""

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from data.samples.planted import FACTS, truth

KEYS = {"from", "to", "items", "interests", "users", "size"}
Make = Callable[..., Any]


def test_the_shape(whole: Any) -> None:
    found = whole.truth
    assert {"seed", "rows", "users", "facts"} <= set(found)
    assert tuple(found["facts"]) == FACTS
    users, items = set(whole.companion("customers")["user_id"]), set(whole.companion("items")["item_id"])
    paths = set(whole.companion("items")["category"])
    for name, fact in found["facts"].items():
        assert set(fact) >= KEYS, name
        assert found["first"] <= fact["from"] <= fact["to"] <= found["last"], name
        assert isinstance(fact["size"], float), name
        assert set(fact["users"] or ()) <= users, name
        assert set(fact["items"] or ()) <= items, name
        assert set(fact["interests"] or ()) <= paths, name


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_alone(make_shop: Make, fact: str) -> None:
    shop = make_shop(rows=8_000, days=120, only=[fact])
    assert list(shop.truth["facts"]) == [fact]
    assert shop.events.height == 8_000


def test_no_two_facts_share_an_interest(whole: Any) -> None:
    facts, plain = whole.truth["facts"], whole.truth["plain"]
    own = [path for name, fact in facts.items() if name != "promo_observed" for path in fact["interests"] or ()]
    assert len(own) == len(set(own))
    assert not set(own) & set(plain)
    assert facts["promo_observed"]["interests"] == plain
    assert len(own) + len(plain) == 78


def test_movers(whole: Any) -> None:
    fact = whole.fact("movers")
    detail = pl.DataFrame(fact["detail"])
    assert fact["users_count"] == detail.height == round(0.06 * whole.truth["users"])
    assert detail["strength"].min() >= 0.2 and detail["strength"].max() <= 0.8
    assert detail["date"].is_between(pl.lit(fact["from"]), pl.lit(fact["to"])).all()
    assert (detail["from"] != detail["to"]).all()
    events = whole.events.join(detail, left_on="user_id", right_on="user").with_columns(
        after=pl.col("event_time").dt.date().cast(pl.String) >= pl.col("date")
    )
    sides = events.group_by("user_id", "after").agg(
        pl.len().alias("n"), pl.col("session_id").n_unique().alias("visits")
    )
    enough = sides.filter(pl.col("n") >= 50, pl.col("visits") >= 12)["user_id"].value_counts()
    assert (enough["count"] == 2).sum() >= 0.5 * detail.height
    heavy = events.filter("heavy").group_by("user_id").agg(
        (pl.col("category") == pl.col("to")).filter("after").mean().alias("now"),
        (pl.col("category") == pl.col("to")).filter(~pl.col("after")).mean().alias("then"),
        pl.col("strength").first(),
    )  # fmt: skip
    assert heavy.select(pl.corr(pl.col("now") - pl.col("then"), "strength")).item() > 0.7


def test_items_come_and_go(whole: Any) -> None:
    fact = whole.fact("catalogue")
    days = whole.events.select("item_id", day=pl.col("event_time").dt.date().cast(pl.String))
    new, gone = days.filter(pl.col("item_id").is_in(fact["new"])), days.filter(pl.col("item_id").is_in(fact["gone"]))
    assert new["day"].min() >= fact["from"] > gone["day"].max()
    assert new["item_id"].n_unique() == len(fact["new"]) and gone["item_id"].n_unique() == len(fact["gone"])


def test_nothing_happens_to_an_item_that_is_out(whole: Any) -> None:
    outages = whole.fact("stockout")["outages"]
    days = whole.events.select("item_id", day=pl.col("event_time").dt.date().cast(pl.String))
    for outage in outages:
        own = days.filter(pl.col("item_id") == outage["item"])
        assert own.height > 0
        assert own.filter(pl.col("day").is_between(pl.lit(outage["from"]), pl.lit(outage["to"]))).is_empty(), outage
    stock = whole.companion("stock")
    assert set(stock.iter_rows()) == {(o["item"], o["from"], o["to"]) for o in outages}


def test_the_rule_needs_the_order_of_two(whole: Any) -> None:
    fact = whole.fact("transition")
    rule = {(each["first"], each["second"]): each["next"] for each in fact["rule"]}
    assert len(rule) == 49
    for (first, second), follows in rule.items():
        assert first == second or rule[second, first] != follows
    for given in fact["interests"]:
        assert {rule[first, given] for first in fact["interests"]} == set(fact["interests"])


def test_a_campaign_by_lot(whole: Any) -> None:
    fact = whole.fact("promo_random")
    detail = pl.DataFrame(fact["detail"])
    assert fact["size"] == pytest.approx(detail["effect"].mean())
    assert abs(fact["treated"] - fact["holdout"]) <= 1
    assert detail["effect"].min() < 0 < detail["effect"].max()
    assert not set(fact["users"]) & {*whole.fact("movers")["users"], *whole.fact("mix")["users"]}
    arms = dict(
        whole.companion("campaigns")
        .filter(pl.col("campaign_id") == fact["campaign"])
        .select("user_id", "arm")
        .iter_rows()
    )
    assert arms == dict(detail.select("user", "arm").iter_rows())


def test_many_users_lie_in_a_file_of_their_own(make_shop: Make, monkeypatch: pytest.MonkeyPatch, whole: Any) -> None:
    monkeypatch.setattr(truth, "MOST_USERS", 100)
    shop = make_shop(rows=100_000)
    mix, movers = shop.fact("mix"), shop.fact("movers")
    assert mix["users"] == whole.fact("mix")["users"]  # 100 are not too many
    assert movers["users"] == whole.fact("movers")["users"]
    behaviour = shop.fact("behaviour")
    assert (behaviour["users"], behaviour["users_file"], behaviour["users_count"]) == (None, "truth_users.parquet", 600)
    users = pl.read_parquet(shop.folder / "truth_users.parquet").filter(pl.col("fact") == "behaviour")["user_id"]
    assert users.to_list() == whole.fact("behaviour")["users"]
    assert "detail" not in shop.fact("promo_random")


def test_it_is_written_for_people_too(whole: Any) -> None:
    lines = (whole.folder / "truth.json").read_text().splitlines()
    assert len(lines) == len(FACTS) + 3
    assert json.loads("{" + lines[2].rstrip(",") + "}").keys() == {"movers"}
