"""What a header is taken for, and the templates of each kind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.companions.recognise import suggest_kind
from data.companions.schema import COMPANIONS, about_of, columns_of, is_private, title_of
from data.companions.templates import template_text
from data.ingest import ImportOptions, ingest
from data.preview import preview
from data.schema import KINDS
from data.settings import Settings


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("event_time,event_type,user_id,item_id,item_name,price,rating", "events"),
        ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", "events"),
        ("timestamp,visitorid,event,itemid,transactionid", "events"),
        ("when,who,what", "events"),
        ("timestamp,user_id,product_id,stars,review", "reviews"),
        ("product_id,title,brand,price", "items"),
        ("sku,description", "items"),
        ("Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone", "customers"),
        ("user_id,country,tier", "events"),
        ("campaign_id,user_id,sent_at,arm", "campaigns"),
        ("campaign,customer_id,sent,group,conversion", "campaigns"),
        ("promo_id,sku,valid_from,valid_to,discount", "promotions"),
        ("item_id,out_from,out_to", "stock"),
        ("event_time,user_id,item_id,price", "events"),
        ("promotion_id,item_id,start,out_from", "events"),  # promotions or stock: nobody can tell, so it is not guessed
    ],
)
def test_the_kind_is_told_by_the_header(header: str, kind: str) -> None:
    assert suggest_kind(header.split(",")) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_can_be_imported_as_it_is(settings: Settings, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.csv"
    path.write_text(template_text(kind), encoding="utf-8")
    assert preview(settings, path).suggested == kind
    receipt = ingest(settings, path, ImportOptions(kind=kind))
    assert receipt["rows"] == {"read": 2, "kept": 2, "duplicate": 0, "rejected": 0}
    assert receipt["warnings"] == []
    header = path.read_text().splitlines()[0].split(",")
    promised = [column.name for column in columns_of(kind)]
    assert set(header) <= set(promised)
    assert kind == "reviews" or header == promised
    assert all(
        address.endswith("@example.com")
        for line in path.read_text().split()
        for address in line.split(",")
        if "@" in address
    )


def test_every_kind_has_words_for_people() -> None:
    assert [title_of(kind) for kind in KINDS] == [
        "Events", "Items", "Customers", "Reviews", "Campaigns", "Promotions and coupons", "Stock-outs"
    ]  # fmt: skip
    assert len({about_of(kind) for kind in KINDS}) == len(KINDS)
    assert {kind for kind in KINDS if is_private(kind)} == {"customers", "campaigns"}
    for kind in COMPANIONS.values():
        assert set(kind.key) <= {field.name for field in kind.fields}


def test_a_look_at_a_companion_asks_what_only_its_owner_knows(
    settings: Settings, write_csv: Callable[..., Path]
) -> None:
    rows = ("c1,u1,3/4/2026,A", "c1,u2,4/4/2026,control")
    look = preview(settings, write_csv("c.csv", *rows, header="campaign_id,user_id,sent_at,arm"))
    assert (look.kind, look.missing, look.unknown_types) == ("campaigns", (), ("A",))
    assert (look.times, look.day_first) == ("slashed", None)
    late = preview(settings, write_csv("s.csv", "i1,2026-01-01,3/4/2026", header="item_id,out_from,out_to"))
    assert (late.times, late.day_first) == ("slashed", None)
    no_arm = preview(settings, write_csv("d.csv", *rows, header="campaign_id,user_id,sent_at,x"), kind="campaigns")
    assert no_arm.missing == ("arm",)
    told = preview(
        settings, write_csv("d.csv", *rows, header="campaign_id,user_id,sent_at,x"), {"arm": "x"}, "campaigns"
    )
    assert (told.missing, told.unknown_types) == ((), ("A",))
