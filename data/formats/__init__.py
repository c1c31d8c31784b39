"""Known log formats: how to recognise one by its header, map its columns and clean its rows."""

from data.formats.known import CANONICAL, FORMATS, REVIEW_RULES, Format, Rule
from data.formats.recognise import recognise

__all__ = ["CANONICAL", "FORMATS", "REVIEW_RULES", "Format", "Rule", "recognise"]
