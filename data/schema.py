"""The canonical columns of a log, written once: names, what they hold, which are required."""

from collections.abc import Sequence
from dataclasses import dataclass

EVENT_TYPES = ("view", "cart", "remove_from_cart", "wishlist", "purchase", "refund", "search", "review")
"""The canonical event types, in the order of the funnel."""

EVENT_KINDS = ("events", "reviews")
"""Kinds of file whose rows are events; a file of reviews is a log of which every row is a review."""
KINDS = ("events", "items", "customers", "reviews", "campaigns", "promotions", "stock")
"""Every kind of file that can be imported."""
TIMELESS = ("items", "customers")
"""Kinds without times, which therefore say nothing about the shop's time zone."""


@dataclass(frozen=True)
class Column:
    """A canonical column: its name, a sentence for people, and other headers it is known by."""

    name: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()


EVENT_COLUMNS = (
    Column("event_time", "when it happened", True, ("timestamp", "time", "datetime", "eventtime", "date", "时间")),
    Column("event_type", "view, cart, purchase, ...", True, ("event", "event_name", "behavior_type", "行为类型")),
    Column("user_id", "who; may be empty in a row", True, ("visitorid", "customer_id", "userid", "用户id", "买家")),
    Column("item_id", "which item; a search needs none", True, ("product_id", "itemid", "sku", "article_id", "商品id")),
    Column("item_name", "the item's name", False, ("product_name", "title", "description", "商品名称")),
    Column("category", "a path: a > b > c", False, ("category_code", "item_category", "类目")),
    Column("brand", "the maker"),
    Column("price", "price of one unit", False, ("unit_price", "价格")),
    Column("quantity", "units; 1 where empty", False, ("qty", "数量")),
    Column("currency", "ISO code"),
    Column("order_id", "which order", False, ("transactionid", "order", "invoice", "basket_id")),
    Column("session_id", "which visit", False, ("user_session", "session", "sessionid")),
    Column("query", "search words", False, ("search_query", "搜索词")),
    Column("rating", "stars, 1 to 5", False, ("stars", "评分")),
    Column("review_text", "the words of a review", False, ("review", "评价内容")),
    Column("country", "country of the shopper or the order"),
    Column("platform", "web, app, ...", False, ("device",)),
)

EVENT_NAMES = tuple(column.name for column in EVENT_COLUMNS)
REQUIRED = tuple(column.name for column in EVENT_COLUMNS if column.required)


def normalised(header: str) -> str:
    """A header as recognisers compare it: no BOM, trimmed, without case, spaces and hyphens as underscores."""
    return "_".join(header.strip("\ufeff \t\"'").casefold().replace("-", " ").replace("_", " ").split())


def guess_mapping(header: list[str], columns: Sequence[Column] = EVENT_COLUMNS) -> dict[str, str]:
    """Canonical name -> header column, by exact name first, then by the other headers a column is known by.

    >>> guess_mapping(["SKU", "user_id"])
    {'user_id': 'user_id', 'item_id': 'SKU'}
    """
    by_header = {normalised(name): each.name for each in columns for name in (each.name, *each.also)}
    found: dict[str, str] = {}
    for exact in (True, False):
        for column in header:
            name = by_header.get(normalised(column))
            free = name and name not in found and column not in found.values()
            if name and free and (not exact or normalised(column) == name):
                found[name] = column
    return found
