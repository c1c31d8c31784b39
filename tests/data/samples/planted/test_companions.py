"""Companion files: canonical headers, nobody who exists, the same reviews as the log, and an import of all of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from data.companions.schema import columns_of
from data.ingest import ImportOptions, ingest
from data.ledger import imports
from data.pipeline import load_sample
from data.samples.planted import companion_files, make_knobs, planted_sample
from data.samples.planted.companions import KINDS
from data.samples.planted.customers import PHONES
from data.settings import Settings


def test_headers_are_canonical(whole: Any) -> None:
    assert set(companion_files(whole.folder)) == set(KINDS)
    for kind in KINDS:
        known = [column.name for column in columns_of(kind)]
        header = whole.companion(kind).columns
        assert [name for name in header if name in known] == [name for name in known if name in header], kind
        assert set(header) - set(known) == ({"tier"} if kind == "customers" else set()), kind
        assert {column.name for column in columns_of(kind) if column.required} <= set(header) | {"event_type"}, kind


def test_nobody_in_it_exists(whole: Any) -> None:
    customers = whole.companion("customers")
    assert customers.height == whole.truth["users"] == customers["user_id"].n_unique()
    assert customers["email"].str.ends_with("@example.com").all()
    assert customers["email"].n_unique() == customers.height
    phones = customers["phone"].drop_nulls()
    assert phones.n_unique() == len(phones) > 0.3 * customers.height
    assert set(phones) <= {number for numbers in PHONES.values() for number in numbers}
    for channel in ("consent_email", "consent_sms", "consent_ads"):
        assert set(customers[channel]) == {"yes", "no", None}


def test_tiers_follow_how_often_people_come(still: Any) -> None:
    counts = still.events["user_id"].value_counts().join(still.companion("customers"), on="user_id")
    means = dict(counts.group_by("tier").agg(pl.col("count").mean()).iter_rows())
    assert means["bronze"] * 2 < means["silver"] < means["gold"] / 2


def test_promoted_prices_are_in_the_log(whole: Any) -> None:
    sales = whole.companion("promotions").filter(pl.col("coupon").is_null())
    assert set(sales["discount"]) == {"20%"}
    asked = whole.events.filter(pl.col("price").is_not_null()).with_columns(
        day=pl.col("event_time").dt.date().cast(pl.String)
    )
    listed = whole.companion("items").select("item_id", pl.col("price").cast(float).alias("list"))
    during = asked.join(sales, on="item_id").filter(pl.col("day").is_between("start", "end")).join(listed, on="item_id")
    shopping = during.filter(pl.col("event_type") != "refund")
    assert shopping.height > 100
    assert (shopping["price"].cast(float) / shopping["list"] - 0.8).abs().max() < 0.01


def test_campaigns_tell_what_came_of_them(whole: Any) -> None:
    rows = whole.companion("campaigns")
    assert rows.filter(pl.col("arm") == "holdout")["sent_at"].null_count() == (rows["arm"] == "holdout").sum() > 0
    assert rows.filter(pl.col("arm") == "treated")["sent_at"].null_count() == 0
    paid = rows.with_columns(pl.col("revenue").cast(float) > 0)
    assert ((paid["converted"] == "yes") == paid["revenue"]).all()
    fact = whole.fact("promo_random")
    bought = whole.events.filter(
        pl.col("event_type") == "purchase",
        pl.col("item_id").is_in(fact["items"]),
        pl.col("event_time").dt.date().cast(pl.String).is_between(pl.lit(fact["from"]), pl.lit(fact["to"])),
    )
    converted = rows.filter(pl.col("campaign_id") == fact["campaign"], pl.col("converted") == "yes")
    assert set(converted["user_id"]) == set(bought["user_id"])
    consents = rows.join(whole.companion("customers"), on="user_id")
    assert set(consents["consent_email"]) == {"yes"}


def test_everything_is_imported(settings: Settings) -> None:
    receipt = load_sample(settings, "planted", made=planted_sample(make_knobs(rows=8_000)))
    assert receipt["rows"] == {"read": 8_000, "kept": 8_000, "duplicate": 0, "rejected": 0}
    assert (settings.var / "samples" / "planted" / "truth.json").exists()
    assert {row.kind for row in imports(settings, active_only=True)} == {"events", *KINDS}
    for each in receipt["companions"]:
        assert each["rows"]["rejected"] == 0, each
        if each["file"] == "reviews.csv":
            # The reviews of the log over again: found to be the same ones.
            assert each["rows"]["read"] == each["rows"]["duplicate"] == receipt["events_by_type"]["review"]
        else:
            assert each["rows"]["read"] == each["rows"]["kept"], each
    again = load_sample(settings, "planted", made=planted_sample(make_knobs(rows=6_000, days=60, only=["mix"])))
    assert again["rows"]["kept"] == 6_000
    assert {row.kind for row in imports(settings, active_only=True)} == {"events", "items", "customers", "reviews"}


def test_reviews_alone_are_as_good_as_those_of_the_log(make_shop: Callable[..., Any], tmp_path: Path) -> None:
    shop = make_shop(rows=6_000, days=60, none=True)
    log = tmp_path / "log.parquet"
    shop.events.filter(pl.col("event_type") != "review").write_parquet(log)
    one, other = Settings(var=tmp_path / "one", themes=False), Settings(var=tmp_path / "other", themes=False)
    ingest(one, shop.folder / "events.parquet", ImportOptions(timezone="UTC"))
    ingest(other, log, ImportOptions(timezone="UTC"))
    ingest(other, shop.folder / "reviews.csv", ImportOptions(kind="reviews"))
    counts = [sum(row.receipt["events_by_type"].get("review", 0) for row in imports(each)) for each in (one, other)]
    assert counts[0] == counts[1] > 0
