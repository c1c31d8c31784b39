"""The goods of the planted shop as one table: ids, names, categories, brands, prices, descriptions."""

import numpy as np
import polars as pl

from data.samples.planted.draws import generator
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import INTERESTS
from data.samples.planted.words import Language, parts
from data.samples.planted.words_en import ENGLISH
from data.samples.planted.words_zh import CHINESE

FEWEST, MOST = 10, 154
"""Items of an interest; 78 interests of 154 items are 12,012."""
ROWS_AN_ITEM = 400
BRANDS_A_DEPARTMENT = 6
SYLLABLES = ("al", "be", "cor", "da", "el", "fi", "ga", "hol", "im", "jo", "ka", "lu", "mer", "no", "or", "pe", "qui",
             "ra", "sol", "ti", "ul", "va", "wen", "xa", "yo", "zel")  # fmt: skip


def language(knobs: Knobs) -> Language:
    """The language that the shop speaks."""
    return CHINESE if knobs.chinese else ENGLISH


def items_an_interest(knobs: Knobs) -> int:
    """How many items each interest has: more in a larger log, 12,012 items in all from about 5 million rows."""
    return int(np.clip(knobs.rows // (ROWS_AN_ITEM * INTERESTS), FEWEST, MOST))


def interest_paths(knobs: Knobs) -> list[str]:
    """The interests as 'department > kind', in the order of their numbers."""
    return [f"{each.name} > {kind}" for each in language(knobs).departments for kind in each.kinds]


def make_catalogue(knobs: Knobs) -> pl.DataFrame:
    """Every item.

    Columns: item (number from 0, items of an interest side by side, the most popular first), k (its interest),
    item_id, name, category, brand, price, description, noun, quality (what its reviews centre on, 1 to 5).
    """
    draw, words, count = generator(knobs.seed, "catalogue"), language(knobs), items_an_interest(knobs)
    codes = draw.permutation(INTERESTS * count)
    rows = []
    for number, department in enumerate(words.departments):
        brands = _brands(draw, BRANDS_A_DEPARTMENT)
        adjectives, materials = parts(department.adjectives), parts(department.materials)
        for place, (kind, line) in enumerate(department.kinds.items()):
            nouns = parts(line)
            k = number * len(department.kinds) + place
            combinations = draw.permutation(len(adjectives) * len(materials) * len(nouns))[:count]
            dearness = department.price * np.exp(draw.normal(0.0, 0.45, count))
            for rank, combination in enumerate(combinations):
                rest, a = divmod(int(combination), len(adjectives))
                n, m = divmod(rest, len(materials))
                said = {"adjective": adjectives[a], "material": materials[m], "noun": nouns[n], "kind": kind,
                        "brand": str(draw.choice(brands)), "Adjective": adjectives[a].capitalize()}  # fmt: skip
                name = words.item_name.format(**said)
                rows.append(
                    {
                        "item": k * count + rank,
                        "k": k,
                        "item_id": f"P{codes[k * count + rank] + 10_000:05}",
                        "name": name[0].upper() + name[1:],
                        "category": f"{department.name} > {kind}",
                        "brand": said["brand"],
                        "price": max(round(float(dearness[rank])) - 0.05, 0.95),
                        "description": _described(draw, words, said),
                        "noun": nouns[n],
                        "quality": float(np.clip(draw.normal(4.1, 0.5), 2.2, 4.9)),
                    }
                )
    return pl.DataFrame(rows)


def _brands(draw: np.random.Generator, count: int) -> list[str]:
    """Made-up names of makers."""
    return ["".join(draw.choice(SYLLABLES, int(draw.integers(2, 4)))).capitalize() for _ in range(count)]


def _described(draw: np.random.Generator, words: Language, said: dict[str, str]) -> str:
    opening = words.openings[int(draw.integers(len(words.openings)))]
    use = words.uses[int(draw.integers(len(words.uses)))]
    gap = "" if words.code == "zh" else " "
    return f"{opening.format(**said)}{gap}{use.format(**said)}"
