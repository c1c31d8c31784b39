"""The customers of a planted shop: made-up names, addresses that cannot exist, phones reserved for fiction."""

import polars as pl

from data.samples.planted.draws import generator
from data.samples.planted.knobs import Knobs

_FIRST = """
Ada Amir Anna Arjun Aylin Ben Bruno Carla Chidi Clara Daan David Elena Elif Emil Emma Eva Felix Fatima Finn Gita Hana
Hugo Ida Ines Ivan Jana Jonas Julia Kai Karim Kenji Lara Lea Leo Lina Luca Lucy Maja Marco Mei Milan Mina Nadia Nina
Noah Nora Olga Omar Oscar Paula Pia Rafael Rosa Ruth Sami Sara Sofia Tara Theo Tom Uma Vera Victor Wei Yara Yusuf Zoe
"""
_LAST = """
Abbott Almeida Arnold Baker Bauer Becker Bell Blanc Brandt Carter Castro Chen Cole Costa Cruz Dubois Ellis Evans Fabre
Fischer Flores Fox Garcia Gray Haas Hall Hansen Hart Ito Jansen Keller Khan King Kim Klein Lambert Lang Lee Lopez Marsh
Martin Meyer Mori Moreau Nash Novak Okafor Park Patel Perez Petit Pinto Reed Reyes Rossi Roux Sato Scott Silva Singh
Stone Tanaka Torres Vega Vogel Wang Ward Weber Wolf Wood Young
"""
PHONES = {
    "GB": [f"+44{area}{number:03}" for number in range(1000) for area in (
        "7700900", "2079460", "1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960",
        "1414960", "1514960", "1614960", "1914980", "2896496", "2920180", "1632960")],
    "US": [f"+1{area}55501{number:02}" for number in range(100) for area in (
        201, 202, 206, 212, 213, 214, 215, 216, 303, 305, 310, 312, 313, 314, 404, 405, 407, 408, 410, 412, 415, 503,
        504, 512, 513, 602, 614, 615, 617, 619, 702, 703, 713, 716, 718, 804, 808, 816, 901, 916)],
    "FR": [f"+33{area}{number:04}" for number in range(10_000) for area in (
        "19900", "26191", "35301", "46571", "53649", "63998")],
}  # fmt: skip
"""Country -> numbers that its regulator keeps for films and books: no telephone will ever ring."""
HAVE_PHONE = 0.8


def make_customers(knobs: Knobs, people: pl.DataFrame) -> pl.DataFrame:
    """Every user as a customer.

    Columns: user_id, email, phone, first_name, last_name, country, consent_email, consent_sms, consent_ads (yes, no or
    null), tier. No two share an address or a number; where a country has no number left, or none at all, it is null.
    """
    draw, n = generator(knobs.seed, "customers"), people.height
    named = people.select(
        "u", "user_id", "country", "consent_email", "consent_sms", "consent_ads", "tier"
    ).with_columns(
        first_name=pl.Series(draw.choice(_FIRST.split(), n)),
        last_name=pl.Series(draw.choice(_LAST.split(), n)),
        has_phone=pl.Series(draw.random(n) < HAVE_PHONE),
        place=pl.Series(draw.permutation(n)),
    )
    phones = pl.DataFrame(
        [(country, place, number) for country, numbers in PHONES.items() for place, number in enumerate(numbers)],
        schema={"country": pl.String, "turn": pl.UInt32, "phone": pl.String},
        orient="row",
    )
    address = pl.concat_str(
        pl.col("first_name").str.to_lowercase(),
        pl.lit("."),
        pl.col("last_name").str.to_lowercase(),
        pl.col("user_id").str.slice(1),
        pl.lit("@example.com"),
    )
    return (
        named.with_columns(turn=(pl.col("place").rank("ordinal") - 1).over("country", "has_phone").cast(pl.UInt32))
        .join(phones, on=["country", "turn"], how="left")
        .sort("u")
        .with_columns(email=address, phone=pl.when("has_phone").then("phone"))
        .select("user_id", "email", "phone", "first_name", "last_name", "country", "consent_email", "consent_sms",
                "consent_ads", "tier")
    )  # fmt: skip
