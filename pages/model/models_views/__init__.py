"""The blocks of the page Models."""
