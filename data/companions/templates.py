"""A small file of each kind to start from: the header and two rows that can be imported as they are.

Addresses end in @example.com and phone numbers lie in a range that is reserved for fiction.
"""

import csv
import io

_EXAMPLES: dict[str, dict[str, tuple[str, str]]] = {
    "events": {
        "event_time": ("2026-03-01 10:15:00", "2026-03-01 10:21:30"), "event_type": ("view", "purchase"),
        "user_id": ("C1001", "C1001"), "item_id": ("4711", "4711"),
        "item_name": ("Enamel mug, blue", "Enamel mug, blue"), "category": ("kitchen > mugs", "kitchen > mugs"),
        "brand": ("Northshore", "Northshore"), "price": ("12.50", "12.50"), "quantity": ("", "2"),
        "currency": ("EUR", "EUR"), "order_id": ("", "O-5001"), "session_id": ("S-1", "S-1"), "query": ("", ""),
        "rating": ("", ""), "review_text": ("", ""), "country": ("FR", "FR"), "platform": ("web", "web"),
    },
    "items": {
        "item_id": ("4711", "4712"), "name": ("Enamel mug, blue", "Beeswax candle, 20 cm"),
        "category": ("kitchen > mugs", "home > candles"), "brand": ("Northshore", "Applegarth"),
        "price": ("12.50", "8.90"),
        "description": ("A mug of enamelled steel for 350 ml.", "A candle of pure beeswax, burns 9 hours."),
    },
    "customers": {
        "user_id": ("C1001", "C1002"), "email": ("ada@example.com", "ben@example.com"),
        "phone": ("+44 7700 900123", ""), "first_name": ("Ada", "Ben"), "last_name": ("Marsh", "Hollow"),
        "country": ("GB", "GB"), "consent_email": ("yes", "no"), "consent_sms": ("yes", ""), "consent_ads": ("no", ""),
    },
    "reviews": {
        "event_time": ("2026-03-04 18:02:00", "2026-03-05 09:40:00"), "user_id": ("C1001", "C1002"),
        "item_id": ("4711", "4712"), "rating": ("5", "2"),
        "review_text": ("Keeps the tea warm, and the blue is lovely.", "Smaller than it looks."),
    },
    "campaigns": {
        "campaign_id": ("spring-mugs", "spring-mugs"), "user_id": ("C1001", "C1002"),
        "sent_at": ("2026-03-10 09:00:00", ""), "arm": ("treated", "holdout"), "channel": ("email", ""),
        "converted": ("yes", "no"), "revenue": ("25.00", "0"),
    },
    "promotions": {
        "promotion_id": ("spring-sale", "spring-sale"), "item_id": ("4711", "4712"),
        "start": ("2026-03-10", "2026-03-10"), "end": ("2026-03-24", "2026-03-24"), "discount": ("20%", "15%"),
        "coupon": ("", "CANDLE15"),
    },
    "stock": {
        "item_id": ("4711", "4712"), "out_from": ("2026-02-03", "2026-03-02 14:00:00"), "out_to": ("2026-02-09", ""),
    },
}  # fmt: skip


def template_text(kind: str) -> str:
    """The template of one of data.schema.KINDS as CSV: a header line and two rows.

    >>> template_text("stock").splitlines()[0]
    'item_id,out_from,out_to'
    """
    columns = _EXAMPLES[kind]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
