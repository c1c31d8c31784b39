"""Models: does the model earn its place?"""

from pages.model.models_views import blend, choice, comparison, parts, registry, training, verdict
from pages.shared import offer
from pages.shared.parts import block, explain, head

EXPLANATION = """
**The test.** The log is cut in time: everything before the first cut teaches, the tenth of the events behind it chooses
(settings, when to stop, weights of the blend), then all models learn again up to the second cut, and the last tenth
tests. Every visit of that period asks: what came next? Each model ranks **all** items of the shop, knowing the person's
whole history up to that moment and nothing later.

**NDCG@10.** 1 if what came next stands first, less the lower it stands, 0 behind the tenth place; the mean over visits.
Items of equal score rank last of them. *Recall@10* is the part of what came next that the ten places held. Intervals
are 95 %: people are drawn again a thousand times, and differences are taken on the same draws.

**The simple methods** are what the model has to beat: what is popular lately, what the person had before, what people
with similar histories had, EASE (a linear model of items by items), what usually follows what, items of similar names.
**The blend** multiplies all their probabilities, each with a weight chosen on the middle period.

**Calibration.** First places are sorted by how sure the blend was of them, into 15 groups of equal size; in each, what
was said stands against what happened. **Interest forecast**: log-loss of a person's mix over the next 28 days, against
a mix of the past that fades with time.

**What it cannot tell**: what people would have done had they seen other items. It measures what they did in the shop
as it was.
"""

opened = offer.need_store(key="models")
head("Models", "Does the model earn its place, and what is shown if it does not?", opened.meta)
with block("The training"):
    training.draw(opened)
run = choice.shown()
if run is not None:
    with block("The verdict"):
        verdict.draw(opened, run)
    with block("The comparison"):
        comparison.draw(opened, run)
    with block("The blend"):
        blend.draw(opened, run)
    with block("The parts"):
        parts.draw(opened, run)
    with block("How training went"):
        training.went(run)
    with block("The runs"):
        registry.draw(opened, run)
    explain(EXPLANATION)
