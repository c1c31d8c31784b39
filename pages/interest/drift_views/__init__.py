"""The blocks of the page Cohorts."""
