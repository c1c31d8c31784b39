"""Whether the mix of interests changed between two windows, why, and whose did."""
