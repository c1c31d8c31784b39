"""The formats that Tideline knows by name, as data: header, mapping, value names and cleaning rules."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rule:
    """A cleaning rule: rows for which `sql` holds are set aside with `reason`. `sql` reads canonical text columns."""

    reason: str
    meaning: str
    sql: str


@dataclass(frozen=True)
class Format:
    """A kind of log file."""

    name: str
    title: str
    header: tuple[str, ...]
    """The columns by which it is recognised, as the source writes them."""
    mapping: dict[str, str]
    """Canonical column -> source column."""
    event_type: str | None = None
    """SQL over canonical text columns that gives the event type; None where the log has a column for it."""
    values: dict[str, str] = field(default_factory=dict)
    """Their event type -> ours."""
    rules: tuple[Rule, ...] = ()
    day_first: bool | None = None
    user_id: str = "user_id"
    """SQL that mends the user id, for sources that damage it."""
    source: str = ""


CANONICAL = Format("tideline", "Tideline's own columns", (), {}, source="docs/formats.md")

# An item of Online Retail is merchandise when its code starts with five digits, or belongs to one of three families
# that the shop sells under letters. Postage, fees, samples, manual corrections and gift vouchers are not.
_MERCHANDISE = (
    "regexp_matches(coalesce(item_id, ''), '^[0-9]{5}') or coalesce(item_id, '') like 'DCGS%'"
    " or coalesce(item_id, '') in ('PADS', 'SP1002')"
)
_RETAIL_RULES = (
    Rule("not_merchandise", "postage, fees, samples, corrections and gift vouchers", f"not ({_MERCHANDISE})"),
    Rule(
        "stock_adjustment",
        "no cancellation, but a negative quantity or no price: a correction of the stock",
        "coalesce(order_id, '') not like 'C%' and"
        " (try_cast(quantity as double) < 0 or coalesce(try_cast(price as double), 0) <= 0)",
    ),
)
_RETAIL_TYPE = "case when order_id like 'C%' then 'refund' else 'purchase' end"
# Copies that went through a spreadsheet carry customer numbers as 17850.0.
_RETAIL_USER = "regexp_replace(user_id, '[.]0$', '')"


def _online_retail(name: str, title: str, order: str, price: str, user: str) -> Format:
    columns = (order, "StockCode", "Description", "Quantity", "InvoiceDate", price, user, "Country")
    canonical = ("order_id", "item_id", "item_name", "quantity", "event_time", "price", "user_id", "country")
    return Format(
        name,
        title,
        columns,
        dict(zip(canonical, columns, strict=True)),
        event_type=_RETAIL_TYPE,
        rules=_RETAIL_RULES,
        user_id=_RETAIL_USER,
        source="UCI Machine Learning Repository",
    )


REVIEW_RULES = (
    Rule("rating_out_of_range", "the rating is not from 1 to 5", "try_cast(rating as double) not between 1 and 5"),
    Rule("review_empty", "neither a rating nor words", "rating is null and review_text is null"),
)
"""What is refused in a file of reviews beside what any log refuses."""

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        CANONICAL,
        _online_retail("online-retail", "UCI Online Retail", "InvoiceNo", "UnitPrice", "CustomerID"),
        _online_retail("online-retail-ii", "UCI Online Retail II", "Invoice", "Price", "Customer ID"),
        Format(
            "rees46",
            "REES46 multi-category shop",
            ("event_time", "event_type", "product_id", "category_id", "category_code", "brand", "price", "user_id",
             "user_session"),
            {"event_time": "event_time", "event_type": "event_type", "item_id": "product_id",
             "category": "category_code", "brand": "brand", "price": "price", "user_id": "user_id",
             "session_id": "user_session"},
            source="REES46 Marketing Platform",
        ),
        Format(
            "retailrocket",
            "RetailRocket events",
            ("timestamp", "visitorid", "event", "itemid", "transactionid"),
            {"event_time": "timestamp", "user_id": "visitorid", "event_type": "event", "item_id": "itemid",
             "order_id": "transactionid"},
            values={"addtocart": "cart", "transaction": "purchase"},
            source="RetailRocket",
        ),
    )
}  # fmt: skip
