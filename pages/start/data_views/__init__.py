"""The blocks of the page Data."""
