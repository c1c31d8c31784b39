"""Companion files of a log: items, customers, campaigns, promotions, stock; reviews are events and go their way."""
