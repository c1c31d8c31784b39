"""What a language brings to the planted shop: departments with their kinds of goods, and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


def parts(text: str) -> list[str]:
    """The words of a comma-separated line.

    >>> parts("oak, pine")
    ['oak', 'pine']
    """
    return [part.strip() for part in text.replace("、", ",").split(",")]


@dataclass(frozen=True)
class Department:
    """A top category: how dear its goods are, how they are described, and its kinds with the nouns of each."""

    name: str
    price: float
    adjectives: str
    materials: str
    kinds: dict[str, str]


@dataclass(frozen=True)
class Language:
    """Everything the shop says in one language."""

    code: str
    departments: tuple[Department, ...]
    item_name: str
    """How an item's name is put together."""
    searches: tuple[str, ...]
    """How people search for an item."""
    openings: tuple[str, ...]
    uses: tuple[str, ...]
    reviews: Mapping[int, tuple[str, ...]]
    """Stars -> what people write who give so many."""
    currency: str


def read_departments(text: str) -> tuple[Department, ...]:
    """Departments as they are written down: a line 'name | price | materials', one of adjectives, one for each kind.

    >>> read_departments("garden | 39 | zinc, willow\\n    hanging, raised\\n  planters: pot, trough")[0].kinds
    {'planters': 'pot, trough'}
    """
    found: list[Department] = []
    for line in text.strip().splitlines():
        if " | " in line:
            name, price, materials = line.split(" | ")
            found.append(Department(name, float(price), "", materials, {}))
        elif ": " not in line:
            found[-1] = replace(found[-1], adjectives=line.strip())
        else:
            kind, nouns = line.strip().split(": ")
            found[-1].kinds[kind] = nouns
    return tuple(found)
