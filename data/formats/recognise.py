"""Which known format a header belongs to."""

from data.formats.known import CANONICAL, FORMATS, Format
from data.schema import normalised


def recognise(header: list[str]) -> Format:
    """The format whose header is wholly in `header`; Tideline's own where none is.

    Of several, the one with most columns wins: Online Retail II also holds columns of lesser formats.

    >>> recognise(["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID",
    ...            "Country"]).name
    'online-retail-ii'
    >>> recognise(["event_time", "user_id"]).name
    'tideline'
    """
    present = {normalised(column) for column in header}
    matches = [f for f in FORMATS.values() if f.header and {normalised(c) for c in f.header} <= present]
    return max(matches, key=lambda f: len(f.header), default=CANONICAL)
