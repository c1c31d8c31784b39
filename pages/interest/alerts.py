"""Alerts: what should I be told about?"""

from pages.interest.alerts_views import form, news, rules
from pages.shared import offer
from pages.shared.parts import block, explain, head

EXPLANATION = """
**A level changes for good.** Season and levels of every interest's share are fitted together; a change has to beat
a penalty that all interests share. It is reported when it is first clear, and only if it began within the last
quarter. In a log's first year nothing is reported: what is the season is not known then. By day, levels are judged on
Sundays. Of more than 500 lines the 500 largest are judged.

**A sudden rise.** The share of the newest period against the 12 before it, as a negative binomial chance with a level
that all interests and all periods of a year share. Fewer than 5 events, or fewer than 3 people, are never an alarm.

**A limit is passed.** A complete period lies above or below a number. There is no chance in it, so no rate either.

**The mix of interests changes.** The test of the page Drift, every week, at p below 0.019: a calibrated test at that
level is wrong once a year. The season is taken off where the log knows last year.

**Once is enough.** What lasts, or whose date is set right as more is seen, is reported once.

**The rate** is the number of alarms a year in shops in which nothing happens. A shop whose interests move has more
alarms than that. **A replay** shows a rule only what was known at each time.

**Getting alerts elsewhere**: `python -m analytics alerts --file alerts.jsonl` appends what is new to a file, and
`--webhook https://...` sends it; each place is told of an alert once.

**What it cannot tell**: why something changed, and whether it will stay.
"""

opened = offer.need_store(key="alerts")
head("Alerts", "What should I be told about?", opened.meta)
with block("What fired"):
    news.draw(opened)
with block("The rules"):
    rules.draw(opened)
with block("A new rule"):
    form.draw(opened)
explain(EXPLANATION)
