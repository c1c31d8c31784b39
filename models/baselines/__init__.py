"""The simple rivals: what a model has to beat before a page shows it."""

from models.baselines.ease import MOST_ITEMS, Ease
from models.baselines.item_knn import ItemKnn
from models.baselines.keeping import load_rivals, save_rivals
from models.baselines.personal import Personal
from models.baselines.popularity import Popularity, RecentPopularity
from models.baselines.rules import Rules
from models.baselines.text import Text
from models.interactions import Catalogue
from models.ranking import Ranker

__all__ = [
    "Ease",
    "ItemKnn",
    "Personal",
    "Popularity",
    "RecentPopularity",
    "Rules",
    "Text",
    "load_rivals",
    "rivals",
    "save_rivals",
]


def rivals(catalogue: Catalogue) -> list[Ranker]:
    """Every simple rival that this catalogue allows, popularity first, which all of them share: EASE up to MOST_ITEMS
    items, text where names have vectors."""
    popularity = Popularity()
    found: list[Ranker] = [popularity, Personal(catalogue, popularity), ItemKnn(catalogue, popularity)]
    if catalogue.items <= MOST_ITEMS:
        found.append(Ease(catalogue, popularity))
    found.append(Rules(catalogue, popularity))
    if catalogue.vectors is not None:
        found.append(Text(catalogue, popularity))
    return found
