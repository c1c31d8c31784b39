"""The blocks of the page Trends."""
