"""The companion tables as they count now: of rows with the same key, the one of the newest active import.

Everything is read from the files that the ledger names, so an import that was undone leaves no trace. User ids come
out as numbers; contact data come out of `customers` alone, which only exports may call.
"""

import polars as pl

from data import ledger
from data.companions.judging import kept_columns
from data.companions.schema import COMPANIONS
from data.engine import working_connection
from data.settings import Settings
from data.sql import literals, quoted
from data.times import local_sql
from data.trouble import told


def items(settings: Settings) -> pl.DataFrame:
    """Items by id: [item_id, item_code, name, category, brand, price, description, attributes].

    `item_id` is in capitals as in the log, `item_code` as the file writes it; `attributes` is JSON of other columns.
    """
    return _read(settings, "items", "* exclude (record)")


def item_facts(settings: Settings) -> pl.DataFrame:
    """What the catalogue takes from items files: [item_id, name, category, brand, price, description]."""
    return _read(settings, "items", "item_id, name, category, brand, price, description")


def customers(settings: Settings) -> pl.DataFrame:
    """Contact data, for exports only: [user_no, user_id, email, phone, phone_e164, first_name, last_name, country,
    consent_email, consent_sms, consent_ads, attributes].

    `phone` is as given, `phone_e164` null where it has no country code. A consent is null where nobody asked.
    """
    return _read(settings, "customers", "* exclude (record)")


def consents(settings: Settings) -> pl.DataFrame:
    """Who may be reached how: [user_no, consent_email, consent_sms, consent_ads]; null is no consent."""
    return _read(settings, "customers", "user_no, consent_email, consent_sms, consent_ads")


def campaigns(settings: Settings) -> pl.DataFrame:
    """One row for a campaign and person: [campaign_id, user_no, sent_at, sent_day, arm, channel, converted, revenue].

    `sent_at` is in UTC, `sent_day` the shop's day; `arm` is 'treated' or 'holdout'; `converted` null where unknown.
    """
    day = f"cast({_local(settings, 'sent_at')} as date) as sent_day"
    columns = f"campaign_id, user_no, sent_at, {day}, arm, channel, converted, revenue"
    return _read(settings, "campaigns", columns)


def promotions(settings: Settings) -> pl.DataFrame:
    """Items on promotion: [promotion_id, item_id, start, end, first_day, last_day, discount, coupon].

    It ran while start <= time < end, both in UTC; the days are the shop's, the last one included. `end` and `last_day`
    are null while it runs; `discount` is a fraction, null where unknown.
    """
    columns = f'promotion_id, item_id, start, "end", {_days(settings, "start", "end")}, discount, coupon'
    return _read(settings, "promotions", columns)


def stock(settings: Settings) -> pl.DataFrame:
    """When an item could not be had: [item_id, out_from, out_to, first_day, last_day].

    It was out while out_from <= time < out_to, both in UTC; the days are the shop's, the last one included. `out_to`
    and `last_day` are null while it is out.
    """
    return _read(settings, "stock", f"item_id, out_from, out_to, {_days(settings, 'out_from', 'out_to')}")


def _local(settings: Settings, column: str) -> str:
    return local_sql(column, ledger.get_state(settings, "timezone") or "UTC")


def _days(settings: Settings, first: str, last: str) -> str:
    start, end = _local(settings, quoted(first)), _local(settings, f"({quoted(last)} - interval 1 microsecond)")
    return f"cast({start} as date) as first_day, cast({end} as date) as last_day"


def _read(settings: Settings, name: str, columns: str) -> pl.DataFrame:
    kind = COMPANIONS[name]
    order = {row.import_id: row.seq for row in ledger.imports(settings, active_only=True)}
    files = sorted(ledger.files(settings, name), key=lambda file: order[file.import_id])
    key = ", ".join(quoted(column) for column in kind.key)
    if files:
        # A file's place in the list is its age, so that the newest has the last word.
        paths = literals(settings.var / file.path for file in files)
        place = f"list_position({paths}, filename)"
        rows = f"read_parquet({paths}, filename = true, hive_partitioning = false, union_by_name = true)"
        newest = f"qualify row_number() over (partition by {key} order by {place} desc) = 1"
        source = f"select * exclude (filename) from {rows} {newest}"
    else:
        source = "select " + ", ".join(f"cast(null as {t}) as {quoted(n)}" for n, t, _ in kept_columns(kind))
        source += " where false"
    with told(settings, f"Reading the {name} files"), working_connection(settings) as connection:
        return connection.sql(f"select {columns} from ({source}) order by {key}").pl()
