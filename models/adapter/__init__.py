"""A small adapter on the language model's vectors, tuned on what this shop's people take together and search for.

The vectors of names know what words mean, not that this shop's people buy the two things together. The adapter is a
residual of low rank, v' = v + v A B, brought back to length 1 (Houlsby et al. 2019 in its smallest form), learned by
softmax over the batch: of all second items of a batch the true partner should be nearest (van den Oord et al. 2018).
It is judged on items that it never saw, and kept only if those find their partners better.
"""

from models.adapter.judging import Adapted, adapt
from models.adapter.learning import Adapter

__all__ = ["Adapted", "Adapter", "adapt"]
