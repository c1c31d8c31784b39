"""How well rankers say what comes next: one protocol for simple rivals, the network and their blend.

`split` makes the two stages (choose, then test), `protocol` runs rankers through them, `metrics` and `measuring` turn
probabilities into figures per request, `bootstrap`, `calibration`, `slices` and `cold_items` figures per request into
what is told. `temporal` and `leave_one_out` are the two ways to split a log.
"""
