"""Themes: groups of items that the language model finds close in meaning, with ids that stay."""

from models.themes.assign import assign
from models.themes.wording import theme_text

__all__ = ["assign", "theme_text"]
