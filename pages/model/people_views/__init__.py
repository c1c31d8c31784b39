"""The blocks of the page People."""
