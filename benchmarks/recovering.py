"""Each fact of a planted shop recovered from its files by a count, a ratio or a difference of arms, with an interval.

What is looked for, where and when is read in truth.json; its size is only compared with. People are the units wherever
their events hang together: the spread of an estimate is that of its linearised contributions over people.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.evidence import SHOPPING, Evidence, Finding, among, between, finding, finding_of_log, log_ratio, within
from data.sql import literal, literals


def movers(evidence: Evidence) -> list[Finding]:
    """Gain of the new interest's share, person by person, after the person's own day over before it.

    What was only added to an order at the till is nobody's interest.
    """
    fact, extras = evidence.facts["movers"], evidence.facts.get("pairs", {"interests": [""]})["interests"]
    evidence.connection.register("moved", evidence.detail("movers"))
    frame = evidence.connection.sql(
        f"""select avg((category = m."to")::integer) filter (where e.day >= m.date::date) as after,
            avg((category = m."to")::integer) filter (where e.day < m.date::date) as before
        from e join moved m using (user_id) where event_type in {SHOPPING} and not {among(extras)}
        group by user_id order by user_id"""
    ).pl()
    gain = (frame["after"] - frame["before"]).drop_nulls().to_numpy()
    return [finding("movers", fact["size"], float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain))))]


def season_year(evidence: Evidence) -> list[Finding]:
    """Summer interests in the warm quarter of days over the cold one, against winter interests."""
    fact = evidence.facts["season_year"]
    hot, cold, summer, winter = within(fact["hot"]), within(fact["cold"]), among(fact["summer"]), among(fact["winter"])
    n = evidence.by_user(
        a=f"{summer} and {hot}", b=f"{winter} and {cold}", c=f"{summer} and {cold}", d=f"{winter} and {hot}"
    )
    log, error = log_ratio([n["a"], n["b"]], [n["c"], n["d"]])
    return [finding_of_log("season_year", fact["size"], log / 2, error / 2)]


def _against_plain(evidence: Evidence, name: str, now: str, then: str) -> list[Finding]:
    """An interest now over then, against the interests in which nothing happens."""
    fact, plain = evidence.facts[name], evidence.plain()
    own = among(fact["interests"])
    n = evidence.by_user(a=f"{own} and {now}", b=f"{plain} and {then}", c=f"{own} and {then}", d=f"{plain} and {now}")
    return [finding_of_log(name, fact["size"], *log_ratio([n["a"], n["b"]], [n["c"], n["d"]]))]


def season_week(evidence: Evidence) -> list[Finding]:
    """Weekends over weekdays."""
    return _against_plain(evidence, "season_week", "isodow(day) >= 6", "isodow(day) < 6")


def burst(evidence: Evidence) -> list[Finding]:
    """The weeks of the burst over all others."""
    weeks = between(evidence.facts["burst"]["from"], evidence.facts["burst"]["to"])
    return _against_plain(evidence, "burst", weeks, f"not {weeks}")


def fade(evidence: Evidence) -> list[Finding]:
    """After the fade over before it."""
    fact = evidence.facts["fade"]
    return _against_plain(
        evidence, "fade", f"day >= date {literal(fact['to'])}", f"day <= date {literal(fact['from'])}"
    )


def level_shift(evidence: Evidence) -> list[Finding]:
    """From the day of the step on over before it."""
    day = f"date {literal(evidence.facts['level_shift']['from'])}"
    return _against_plain(evidence, "level_shift", f"day >= {day}", f"day < {day}")


def traffic(evidence: Evidence) -> list[Finding]:
    """Events a day, in the weeks of more traffic over all others."""
    fact, plain = evidence.facts["traffic"], evidence.plain()
    weeks = between(fact["from"], fact["to"])
    n = evidence.by_user(a=f"{plain} and {weeks}", b=f"{plain} and not {weeks}")
    days = (np.datetime64(fact["to"]) - np.datetime64(fact["from"])).astype(int) + 1
    log, error = log_ratio([n["a"]], [n["b"]])
    return [finding_of_log("traffic", fact["size"], log + float(np.log((evidence.truth["days"] - days) / days)), error)]


def catalogue(evidence: Evidence) -> list[Finding]:
    """The interest with new items, after over before, against the one that lost items."""
    fact = evidence.facts["catalogue"]
    day, grown, shrunk = f"date {literal(fact['from'])}", among([fact["grown"]]), among([fact["shrunk"]])
    n = evidence.by_user(
        a=f"{grown} and day >= {day}", b=f"{shrunk} and day < {day}", c=f"{grown} and day < {day}",
        d=f"{shrunk} and day >= {day}",
    )  # fmt: skip
    log, error = log_ratio([n["a"], n["b"]], [n["c"], n["d"]])
    return [finding_of_log("catalogue", fact["size"], log / 2, error / 2)]


def mix(evidence: Evidence) -> list[Finding]:
    """Events of the group, after over before, against those of everybody else."""
    fact, plain = evidence.facts["mix"], evidence.plain()
    after, group = f"day >= date {literal(fact['from'])}", "user_id in (select user_id from coming)"
    n = evidence.by_user(
        plain, a=f"{group} and {after}", b=f"not {group} and not {after}", c=f"{group} and not {after}",
        d=f"not {group} and {after}",
    )  # fmt: skip
    return [finding_of_log("mix", fact["size"], *log_ratio([n["a"], n["b"]], [n["c"], n["d"]]))]


def behaviour(evidence: Evidence) -> list[Finding]:
    """What is left of the first interest among those who changed, after over before."""
    fact, plain = evidence.facts["behaviour"], evidence.plain()
    evidence.connection.register("swapping", evidence.users("behaviour"))
    own, after = among([fact["source"]]), f"day >= date {literal(fact['from'])}"
    n = evidence.by_user(
        "user_id in (select user_id from swapping)", a=f"{own} and {after}", b=f"{plain} and not {after}",
        c=f"{own} and not {after}", d=f"{plain} and {after}",
    )  # fmt: skip
    left = finding_of_log("behaviour", 1 - fact["size"], *log_ratio([n["a"], n["b"]], [n["c"], n["d"]]))
    return [Finding("behaviour", fact["size"], 1 - left.estimate, 1 - left.high, 1 - left.low)]


def pairs(evidence: Evidence) -> list[Finding]:
    """Orders with both items over what their single counts lead one to expect, over all pairs of a kind."""
    fact = evidence.facts["pairs"]
    found = []
    for kind, label in (("complement", "pairs"), ("substitute", "pairs: substitutes")):
        chosen = [pair for pair in fact["pairs"] if pair["kind"] == kind]
        ids = [pair[side] for pair in chosen for side in ("item", "other")]
        columns = ", ".join(f"max((item_id = {literal(item)})::integer) as i{n}" for n, item in enumerate(ids))
        frame = evidence.connection.sql(
            f"select order_id, {columns} from e where event_type = 'purchase' group by order_id order by order_id"
        ).pl()
        held = frame.drop("order_id").to_numpy().astype(float)
        one, other = held[:, 0::2], held[:, 1::2]
        orders = len(held)
        together, expected = (one * other).sum(), (one.sum(0) * other.sum(0)).sum() / orders
        if not together:
            # None seen: what would have been missed with 2.5 % is the most there can be.
            found.append(Finding(label, chosen[0]["lift"], 0.0, 0.0, float(-np.log(0.025) / expected)))
            continue
        parts = (one * other).sum(1) / together - (one * other.mean(0) + other * one.mean(0)).sum(1) / expected
        error = float(np.sqrt(((parts - parts.mean()) ** 2).sum()))
        found.append(finding_of_log(label, chosen[0]["lift"], float(np.log(together / expected)), error))
    return found


def price(evidence: Evidence) -> list[Finding]:
    """Purchases a view by price: in the weeks of trial prices, in all weeks given demand, and naively."""
    fact = evidence.facts["price"]
    frame = _priced(evidence, fact)
    blind = frame.with_columns(exposure=pl.col("views").cast(pl.Float64))
    given = blind.with_columns(pl.col("exposure") * pl.when("high").then(fact["demand"]).otherwise(1.0))
    return [
        _elasticity("price", fact["size"], given.filter("trial")),
        _elasticity("price: all weeks, demand known", fact["size"], given),
        _elasticity("price: promotions, naive", fact["size"], blind.filter(~pl.col("trial")), naive=True),
    ]


def _priced(evidence: Evidence, fact: dict[str, Any]) -> pl.DataFrame:
    """Columns interest, week, price (against the list price), views, bought, high, trial."""
    frame = evidence.connection.sql(
        f"""select e.category as interest, date_trunc('week', day)::date::varchar as week,
            round(e.price / i.price, 1) as price, count(*) filter (where event_type = 'view') as views,
            count(*) filter (where event_type = 'purchase') as bought
        from e join items i using (item_id) where list_contains({literals(fact["items"])}, item_id)
            and event_type in ('view', 'purchase') group by all order by all"""
    ).pl()
    marks = {name: [(k, w) for k, weeks in fact[f"{name}_weeks"].items() for w in weeks] for name in ("high", "trial")}
    for name, rows in marks.items():
        mark = pl.DataFrame(rows, schema=["interest", "week"], orient="row").with_columns(pl.lit(True).alias(name))
        frame = frame.join(mark, on=["interest", "week"], how="left").with_columns(pl.col(name).fill_null(False))
    return frame


def _elasticity(name: str, truth: float, frame: pl.DataFrame, *, naive: bool = False) -> Finding:
    """The slope of log(purchases a view) on log(price), by Poisson likelihood over the prices."""
    by_price = frame.group_by("price").agg(pl.col("bought").sum(), pl.col("exposure").sum()).sort("price")
    x, y = np.log(by_price["price"].to_numpy()), by_price["bought"].to_numpy().astype(float)
    exposure = by_price["exposure"].to_numpy()
    slope = 0.0
    for _ in range(50):
        mean = exposure * np.exp(slope * x)
        mean *= y.sum() / mean.sum()
        centred = x - (mean * x).sum() / mean.sum()
        information = (mean * centred**2).sum()
        slope += float(((y - mean) * centred).sum() / information)
    return finding(name, truth, slope, float(1 / np.sqrt(information)), naive=naive)


def promo_random(evidence: Evidence) -> list[Finding]:
    """Those who bought a promoted item in the campaign's time, treated minus held out."""
    fact = evidence.facts["promo_random"]
    rows = evidence.connection.execute(
        f"""select arm, count(*), avg(bought::integer) from (
            select c.arm, exists (select 1 from e where e.user_id = c.user_id and e.event_type = 'purchase'
                and {between(fact["from"], fact["to"])} and list_contains({literals(fact["items"])}, item_id)) as bought
            from campaigns c where c.campaign_id = {literal(fact["campaign"])}) group by arm"""
    ).fetchall()
    arms = {arm: (n, rate) for arm, n, rate in rows}
    error = float(np.sqrt(sum(rate * (1 - rate) / n for n, rate in arms.values())))
    return [finding("promo_random", fact["size"], arms["treated"][1] - arms["holdout"][1], error)]


def promo_observed(evidence: Evidence) -> list[Finding]:
    """Purchases a person after minus before, targeted minus others; and naively, only after."""
    fact = evidence.facts["promo_observed"]
    evidence.connection.register("targeted", evidence.users("promo_observed"))
    about = f"event_type = 'purchase' and {among(fact['interests'])}"
    customers = f"read_csv({literal(evidence.folder / 'customers.csv')})"
    frame = evidence.connection.sql(
        f"""select c.user_id in (select user_id from targeted) as sent,
            count(*) filter (where {about} and {between(fact["from"], fact["to"])}) as after,
            count(*) filter (where {about} and {between(*fact["before"])}) as before
        from {customers} c left join e using (user_id) group by c.user_id, sent order by c.user_id"""
    ).pl()
    after, before = frame["after"].to_numpy().astype(float), frame["before"].to_numpy().astype(float)
    sent = frame["sent"].to_numpy()
    return [
        _difference("promo_observed", fact["size"], after - before, sent),
        _difference("promo_observed: naive", fact["size"], after, sent, naive=True),
    ]


def _difference(name: str, truth: float, of: np.ndarray, sent: np.ndarray, *, naive: bool = False) -> Finding:
    one, other = of[sent], of[~sent]
    error = float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))
    return finding(name, truth, float(one.mean() - other.mean()), error, naive=naive)


def stockout(evidence: Evidence) -> list[Finding]:
    """What the other item gains while one is out, over what that one would have had."""
    fact, plain = evidence.facts["stockout"], evidence.plain()
    gain = missed = 0.0
    users: list[tuple[np.ndarray, ...]] = []
    spans: dict[tuple[str, str], list[list[str]]] = {}
    for outage in fact["outages"]:
        spans.setdefault((outage["item"], outage["instead"]), []).append([outage["from"], outage["to"]])
    for (item, instead), windows in spans.items():
        out, own, other = within(windows), f"item_id = {literal(item)}", f"item_id = {literal(instead)}"
        n = evidence.by_user(
            a=f"{other} and {out}", b=f"{other} and not {out}", c=f"{own} and not {out}", d=f"{plain} and {out}",
            f=f"{plain} and not {out}",
        )  # fmt: skip
        scale = n["d"].sum() / n["f"].sum()
        gain += n["a"].sum() - scale * n["b"].sum()
        missed += scale * n["c"].sum()
        turn = scale * (n["d"] / n["d"].sum() - n["f"] / n["f"].sum())
        users.append((n["a"] - scale * n["b"] - turn * n["b"].sum(), scale * n["c"] + turn * n["c"].sum()))
    part = gain / missed
    spread = sum(gained - part * lost for gained, lost in users) / missed
    return [finding("stockout", fact["size"], float(part), float(np.sqrt((np.asarray(spread) ** 2).sum())))]


def transition(evidence: Evidence) -> list[Finding]:
    """How often the third of three views in a row is of the interest that the rule names for the first two."""
    fact = evidence.facts["transition"]
    evidence.connection.register("rule", pl.DataFrame(fact["rule"]))
    hits, steps = evidence.connection.execute(
        f"""with seen as (
            select category, lag(category) over w as second, lag(category, 2) over w as first from e
            where event_type = 'view' and {among(fact["interests"])}
            window w as (partition by session_id order by event_time)
        ) select sum((category = next)::integer), count(*) from seen join rule using (first, second)"""
    ).fetchall()[0]
    rate = hits / steps
    return [finding("transition", fact["size"], rate, float(np.sqrt(rate * (1 - rate) / steps)))]


RECOVERIES: dict[str, Callable[[Evidence], list[Finding]]] = {
    each.__name__: each
    for each in (movers, season_year, season_week, burst, fade, level_shift, traffic, catalogue, mix, behaviour, pairs,
                 price, promo_random, promo_observed, stockout, transition)
}  # fmt: skip


def recover(folder: Path) -> list[Finding]:
    """Everything that can be recovered of the facts planted in this folder."""
    evidence = Evidence(folder)
    found = [one for name in evidence.facts for one in RECOVERIES[name](evidence)]
    evidence.connection.close()
    return found
