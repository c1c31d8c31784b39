"""The blocks of the page Alerts."""
