"""The canonical columns of companion files, written once: names, what they hold, which are required, what is a key."""

from dataclasses import dataclass

from data.schema import EVENT_COLUMNS, Column

_EVENT = {column.name: column for column in EVENT_COLUMNS}
_USER, _ITEM = _EVENT["user_id"].also, _EVENT["item_id"].also


@dataclass(frozen=True)
class Field(Column):
    """A canonical column of a companion file."""

    holds: str = "text"
    """How its text is read: a name of data.companions.values.READERS."""
    filled: bool = False
    """A row without a value is refused."""


@dataclass(frozen=True)
class Kind:
    """A kind of companion file."""

    name: str
    title: str
    about: str
    """What one row says, for people."""
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """What a row is about: of rows with the same key, the last of the newest import counts."""
    private: bool = False
    """Rows, refused ones too, lie with the identity table, and no page or message shows a value of them."""
    told_by: tuple[tuple[str, ...], ...] = ()
    """Sets of canonical columns; a header with all of any one set is likely to be of this kind."""
    never: tuple[str, ...] = ()
    """Canonical columns that a header of this kind does not have."""

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(each for each in self.fields if each.name == name)


def _user(meaning: str = "who, as in the log") -> Field:
    return Field("user_id", meaning, True, _USER, "user", True)


def _item() -> Field:
    return Field("item_id", "which item, as in the log", True, _ITEM, "item", True)


def _consent(channel: str, *also: str) -> Field:
    meaning = f"yes or no to {channel}; empty where nobody asked"
    return Field(f"consent_{channel.split()[-1]}", meaning, False, also, "flag")


_KINDS = (
    Kind(
        "items",
        "Items",
        "what an item is called and what it is",
        (
            _item(),
            Field("name", "the item's name", False, ("item_name", "product_name", "title", "商品名称")),
            Field("category", "a path: a > b > c", False, ("category_code", "item_category", "product_type", "类目")),
            Field("brand", "the maker", False, ("vendor", "manufacturer", "品牌")),
            Field("price", "price of one unit", False, ("unit_price", "variant_price", "价格"), "price"),
            Field("description", "what the shop says about it", False, ("body", "body_html", "details", "商品描述")),
        ),
        ("item_id",),
        told_by=(("item_id", "name"), ("item_id", "category"), ("item_id", "brand"), ("item_id", "description")),
        never=("event_time", "user_id", "order_id", "session_id", "promotion_id", "out_from", "event_type"),
    ),
    Kind(
        "customers",
        "Customers",
        "how a customer can be reached, and for what they gave consent",
        (
            _user(),
            Field("email", "address for e-mail", False, ("email_address", "e_mail", "mail", "邮箱"), "email"),
            Field("phone", "number with country code", False, ("phone_number", "mobile", "telephone", "tel", "手机"),
                  "phone"),
            Field("first_name", "given name", False, ("firstname", "given_name")),
            Field("last_name", "family name", False, ("lastname", "surname", "family_name")),
            Field("country", "where the customer lives", False, ("country_code", "国家")),
            _consent("email", "accepts_email_marketing", "accepts_marketing", "email_consent", "email_opt_in"),
            _consent("sms", "accepts_sms_marketing", "sms_consent", "sms_opt_in"),
            _consent("ads", "ads_consent", "ad_consent", "ad_user_data"),
        ),
        ("user_id",),
        private=True,
        told_by=(("user_id", "email"), ("user_id", "phone"), ("user_id", "consent_email"), ("user_id", "consent_sms"),
                 ("user_id", "consent_ads"), ("user_id", "first_name"), ("user_id", "last_name")),
        never=("event_time", "event_type", "item_id", "campaign_id", "order_id"),
    ),
    Kind(
        "campaigns",
        "Campaigns",
        "who was sent what, or held out, and what came of it; one row for a person and a campaign",
        (
            Field("campaign_id", "which campaign", True, ("campaign", "campaign_name", "活动id"), filled=True),
            _user(),
            Field("sent_at", "when it was sent; may be empty for the hold-out", True,
                  ("sent", "send_time", "sent_time", "assigned_at"), "past"),
            Field("arm", "treated or holdout", True, ("group", "variant", "test_group"), "arm", True),
            Field("channel", "email, sms, ads, ...", False, ("medium", "渠道")),
            Field("converted", "yes or no: did what the campaign asked for", False,
                  ("conversion", "redeemed", "responded"), "flag"),
            Field("revenue", "what the person then spent", False, ("spend", "sales", "amount"), "money"),
        ),
        ("campaign_id", "user_id"),
        private=True,
        told_by=(("campaign_id", "user_id", "arm"),),
        never=("event_type", "item_id"),
    ),
    Kind(
        "promotions",
        "Promotions and coupons",
        "an item that was reduced, from when to when",
        (
            Field("promotion_id", "which promotion", True, ("promotion", "promo_id", "offer_id"), filled=True),
            _item(),
            Field("start", "first day or moment", True, ("start_date", "starts_at", "valid_from", "starts"), "date",
                  True),
            Field("end", "last day or moment; empty while it runs", False,
                  ("end_date", "ends_at", "valid_to", "valid_until", "ends"), "end"),
            Field("discount", "how much less: 20%, 0.2 or 20", False, ("discount_rate", "discount_percent", "折扣"),
                  "discount"),
            Field("coupon", "code that one has to give", False, ("coupon_code", "coupon_upc", "voucher")),
        ),
        ("promotion_id", "item_id", "start", "coupon"),
        told_by=(("promotion_id", "item_id", "start"),),
        never=("user_id", "event_type"),
    ),
    Kind(
        "stock",
        "Stock-outs",
        "an item that could not be had, from when to when",
        (
            _item(),
            Field("out_from", "first day or moment without stock", True, ("out_of_stock_from", "unavailable_from"),
                  "date", True),
            Field("out_to", "last day or moment without stock; empty while it is out", False,
                  ("out_of_stock_to", "unavailable_to"), "end"),
        ),
        ("item_id", "out_from"),
        told_by=(("item_id", "out_from"),),
        never=("user_id", "event_type"),
    ),
)  # fmt: skip

COMPANIONS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""The kinds of companion file that are kept as tables of their own."""


def columns_of(kind: str) -> tuple[Column, ...]:
    """The canonical columns of any of data.schema.KINDS, in order; every row of a file of reviews is a review."""
    if kind in COMPANIONS:
        return COMPANIONS[kind].fields
    return tuple(column for column in EVENT_COLUMNS if kind == "events" or column.name != "event_type")


def title_of(kind: str) -> str:
    """What a file of any of data.schema.KINDS is called.

    >>> title_of("events"), title_of("stock")
    ('Events', 'Stock-outs')
    """
    return COMPANIONS[kind].title if kind in COMPANIONS else kind.capitalize()


def about_of(kind: str) -> str:
    """What one row of a file of any of data.schema.KINDS says."""
    if kind in COMPANIONS:
        return COMPANIONS[kind].about
    return "what somebody thought of an item" if kind == "reviews" else "what somebody did, with which item, and when"


def is_private(kind: str) -> bool:
    """Whether what a file of this kind holds is kept from every page and message."""
    return kind in COMPANIONS and COMPANIONS[kind].private
