"""The companion files of a planted shop: what it knows besides the events, with canonical headers."""

from datetime import date, datetime, time
from pathlib import Path

import duckdb
import polars as pl

from data.samples.planted.customers import make_customers
from data.samples.planted.facts import Shop, Truth
from data.samples.planted.facts.shop import Campaign
from data.sql import literal, literals

KINDS = ("items", "customers", "reviews", "campaigns", "promotions", "stock")
SENT = time(9)

REVIEWS = """
select event_time, user_id, item_id, rating, review_text from rows where event_type = 'review'"""
RESULTS = """
select user_id, round(sum(price * quantity), 2)::decimal(18, 2) as revenue from rows
where event_type = 'purchase' and event_time >= {since} and event_time < {until} and {about}
group by user_id"""


def companion_files(folder: Path) -> dict[str, Path]:
    """Kind -> file of the companions that lie in the folder of a planted shop."""
    files = {kind: folder / f"{kind}.csv" for kind in KINDS}
    return {kind: path for kind, path in files.items() if path.exists()}


def write_companions(shop: Shop, facts: dict[str, Truth], rows: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the companion files that have rows; `rows` is a connection on which the log is a view of that name."""
    shop.items.select("item_id", "name", "category", "brand", "price", "description").sort("item_id").write_csv(
        folder / "items.csv", float_precision=2
    )
    make_customers(shop.knobs, shop.people).write_csv(folder / "customers.csv")
    target = literal(folder / "reviews.csv")
    rows.execute(f"copy ({REVIEWS} order by event_time, user_id, item_id) to {target} (format csv, header)").fetchall()
    if shop.campaigns:
        sent = [_sent(shop, rows, campaign) for campaign in shop.campaigns]
        pl.concat(sent).sort("campaign_id", "user_id").write_csv(folder / "campaigns.csv")
    if shop.promotions:
        table = pl.DataFrame(shop.promotions, schema_overrides={"coupon": pl.String})
        table.sort("start", "promotion_id", "item_id").write_csv(folder / "promotions.csv")
    if "stockout" in facts:
        table = pl.DataFrame(facts["stockout"]["outages"])
        stock = table.select("item", pl.col("from").alias("out_from"), pl.col("to").alias("out_to"))
        stock.rename({"item": "item_id"}).sort("out_from", "item_id").write_csv(folder / "stock.csv")


def _sent(shop: Shop, rows: duckdb.DuckDBPyConnection, campaign: Campaign) -> pl.DataFrame:
    """One campaign: who was sent it or held out, and what each then bought of what it was about."""
    sent_at = datetime.combine(date.fromisoformat(shop.knobs.date(campaign.since)), SENT)
    if campaign.items is not None:
        about = f"item_id in (select unnest({literals(shop.item_ids(campaign.items))}))"
    else:
        paths = [shop.paths[k] for k in campaign.interests or ()]
        about = f"category in (select unnest({literals(paths)}))"
    until = literal(shop.knobs.date(campaign.until + 1))
    bought = rows.sql(
        RESULTS.format(since=f"timestamp {literal(sent_at)}", until=f"timestamp {until}", about=about)
    ).pl()
    people = pl.DataFrame({"user_id": shop.user_ids(campaign.users), "arm": campaign.arms})
    return people.join(bought, on="user_id", how="left").select(
        pl.lit(campaign.name).alias("campaign_id"),
        "user_id",
        pl.when(pl.col("arm") == "treated").then(pl.lit(sent_at)).alias("sent_at"),
        "arm",
        pl.lit("email").alias("channel"),
        pl.when(pl.col("revenue").is_null()).then(pl.lit("no")).otherwise(pl.lit("yes")).alias("converted"),
        pl.col("revenue").fill_null(0),
    )
