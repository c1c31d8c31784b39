"""Does the drift of a mix cry wolf, and does it see? python benchmarks/drift_windows.py [--quick] [--only PART,...]

Each line: what, the figure with its 95 % interval (Wilson's for rates), the bar, met or not. Exit code 1 when a bar is
missed. An alarm is a mix called changed or any interest called up or down, by `analytics.drift.interests.drift`.

different  two groups of different people with tastes of the same kind: alarms; the test of events beside it
same       the same people twice, also with half or twice the traffic, and 40,000 people, who draw in groups
power      200 people x 10 events of 20 interests who all turn 5 points (2 points) of their looks to one interest
planted    200 shops of 5,000 people, 30,000 events a week by a power law and 30 interests: one interest with about 4 %
           of events is looked at a fifth more from a Monday on. Is it called up after one week (against the week
           before) or after two (against the two weeks before)? The same shops before that Monday give false reports
week       30 interests of which six are looked at three times as often on Saturdays and Sundays, windows of four weeks
season     2,000 people, windows of four weeks; the season is known from the same people's same weeks a year earlier
intervals  how often 95 % intervals hold a change that is there
causes     planted shops with one cause each: what part of the change of the planted interests is called by its name
logs       random halves of people, and of each person's visits, of Online Retail II (the last 364 days, by theme)
           and Complete Journey (all of it, by category). --stores DIR keeps the two stores there for the next time
speed      CPU seconds of 100,000 and of a million people with 50 interests
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.drift.interests import DOWN, LEVEL, UP, Drift, drift_of  # noqa: E402  (the path comes first)
from analytics.drift.mix import Mix  # noqa: E402
from analytics.drift.parts import PARTS as PARTS_OF_A_CHANGE  # noqa: E402
from analytics.drift.year import year_ratios  # noqa: E402
from benchmarks.lines import Line, Z, rate  # noqa: E402
from benchmarks.planted import cpu  # noqa: E402
from benchmarks.window_logs import Log, complete_journey, halves, online_retail, planted_parts  # noqa: E402
from benchmarks.window_shops import apart, as_frame, in_season, make_shop, same_taste, turned, visit, windows_of  # noqa: E402

SEED = 20_260


def alarm(found: Drift) -> bool:
    """Whether anything at all is called changed."""
    return found.verdict == "changed" or bool(found.interests["verdict"].is_in([UP, DOWN]).any())


def of_events(mix: Mix) -> bool:
    """What the test of independent events says: Pearson's chi-squared at 5 %."""
    from scipy.stats import chi2_contingency

    table = np.stack([mix.summed(mix.before), mix.summed(mix.after)])
    return bool(chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue <= LEVEL)


def different(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    naive = None
    for sizes, weekly, bar in (((300, 300), (4, 4), 0.06), ((100, 1000), (4, 4), None), ((300, 300), (4, 12), None)):
        mixes = [
            apart(*(visit(rng, make_shop(rng, people, 20, per), 4) for people, per in zip(sizes, weekly, strict=True)))
            for _ in range(runs)
        ]
        naive = naive or [of_events(mix) for mix in mixes]
        found = [drift_of(mix, seed=seed) for seed, mix in enumerate(mixes)]
        told = f"{sizes[0]} and {sizes[1]} different people, {weekly[0]} and {weekly[1]} events a week"
        yield rate(f"alarms, {told}", [alarm(each) for each in found], most=bar)
        if bar:
            yield rate("alarms of the test of independent events, the same people", naive)


def same(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    for people, traffic, bar in ((300, 1.0, (0.04, 0.06)), (300, 0.5, None), (300, 2.0, None), (40_000, 1.0, None)):
        alarms, p = [], []
        for seed in range(runs if people < 1000 else max(runs // 20, 1)):
            shop = make_shop(rng, people, 20, 4)
            found = drift_of(windows_of(visit(rng, shop, 4), visit(rng, shop, 4 * traffic)), seed=seed)
            alarms.append(alarm(found))
            p += found.interests["p"].drop_nulls().to_list()
        told = f"the same {people:,} people, traffic times {traffic:g}"
        yield rate(f"alarms, {told}", alarms, around=bar, low_is_enough=True)
        yield rate("    single interests with p <= .05", [each <= LEVEL for each in p])


def power(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    for points, bar in ((0.05, 0.9), (0.02, None)):
        found = [same_taste(rng, 200, 10, 20, points) for _ in range(runs)]
        seen = [alarm(drift_of(mix, seed=seed)) for seed, mix in enumerate(found)]
        yield rate(f"power, 200 people x 10 events, {points * 100:g} points", seen, least=bar)


def planted(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    for number, bar in ((5, 0.9), (2, None), (14, None)):
        up, false, events = [], [], []
        for seed in range(runs if bar else runs // 2 or 1):
            shop = make_shop(rng, 5000, 30, 6)
            early = [visit(rng, shop, 1) for _ in range(4 if number == 5 else 2)]
            late = [visit(rng, turned(shop, number, 1.2), 1) for _ in range(2)]
            looks = [windows_of(early[-1], late[0]), windows_of(early[-2] + early[-1], late[0] + late[1])]
            names = f"i{number:02}"
            found = [drift_of(mix, seed=seed).interests.filter(interest=names)["verdict"].item() for mix in looks]
            up.append(UP in found)
            events.append(early[-1][:, number].sum())
            if number == 5:
                false.append(alarm(drift_of(windows_of(early[0] + early[1], early[2] + early[3]), seed=seed)))
        told = f"a fifth more of an interest with {np.mean(events):,.0f} of 30,000 events a week"
        yield rate(f"called up within two weeks: {told}", up, least=bar)
        if false:
            yield rate("alarms before, two weeks against two", false, most=LEVEL, low_is_enough=True)


def week(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    alarms = []
    for seed in range(runs):
        shop = make_shop(rng, 500, 30, 4)
        weekend = shop
        for number in (1, 4, 8, 12, 16, 20):
            weekend = turned(weekend, number, 3.0)
        sides = [visit(rng, shop, 4 * 5 / 7) + visit(rng, weekend, 4 * 2 / 7) for _ in range(2)]
        alarms.append(alarm(drift_of(windows_of(*sides), seed=seed)))
    yield rate("alarms, weekends of their own, four weeks against four", alarms, most=LEVEL, low_is_enough=True)
    shop = make_shop(rng, 500, 30, 4)
    days = [visit(rng, shop if day < 5 else weekend, 1 / 7) for day in range(7)]
    exact = [alarm(drift_of(windows_of(sum(days) * 4, sum(days) * 4))) for _ in range(1)]
    yield Line("alarms, the same week again and again", sum(exact), 0, 0, "0", not any(exact))


def season(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    for part, bar in ((1.0, 0.06), (0.2, None), (0.0, None)):
        alarms, without = [], []
        for seed in range(runs):
            shop = make_shop(rng, 2000, 30, 4)
            warm = in_season(shop, np.exp(rng.normal(0, 0.5, 30) * (rng.random(30) < part)))
            last, now = ([visit(rng, shop, 4), visit(rng, warm, 4)] for _ in range(2))
            ratios = year_ratios(*(as_frame(side) for side in last))
            alarms.append(alarm(drift_of(windows_of(*now), season=ratios, seed=seed)))
            if seed < runs // 5:
                without.append(alarm(drift_of(windows_of(*now), seed=seed)))
        told = f"{part:.0%} of interests with a season of log-share SD .5".replace("%", " %")
        yield rate(f"alarms, {told}", alarms, most=bar, low_is_enough=True)
        yield rate("    without taking it out", without)


def intervals(runs: int, rng: np.random.Generator) -> Iterator[Line]:
    held, effects = [], []
    for seed in range(runs):
        shop = make_shop(rng, 400, 20, 4)
        later = turned(shop, 3, 1.5)
        expected = [each.weekly @ each.tastes for each in (shop, later)]
        shares = [each / each.sum() for each in expected]
        mix = windows_of(visit(rng, shop, 4), visit(rng, later, 4))
        found = drift_of(mix, seed=seed, draws=199, more=0)
        truth = dict(zip(mix.interests.to_list(), shares[1] - shares[0], strict=True))
        known = found.interests.drop_nulls("low")
        held += [low <= truth[k] <= high for k, low, high in known.select("interest", "low", "high").rows()]
        weights = [size / sum(mix.sizes) for size in mix.sizes]
        pooled = weights[0] * shares[0] + weights[1] * shares[1]
        effect = sum(w * float((s * np.log(s / pooled)).sum()) for w, s in zip(weights, shares, strict=True))
        if found.interval:
            effects.append(found.interval[0] <= effect <= found.interval[1])
    yield rate("intervals of changes of shares that hold the truth", held, around=(0.93, 0.97), low_is_enough=True)
    yield rate("intervals of the effect that hold the truth", effects, around=(0.93, 1.0), low_is_enough=True)


def causes(runs: int, rng: np.random.Generator, rows: int = 1_000_000) -> Iterator[Line]:
    for cause in PARTS_OF_A_CHANGE:
        found = [planted_parts(cause, seed, rows) for seed in range(1, runs + 1)]
        for part in (cause, *(each for each in PARTS_OF_A_CHANGE if each != cause)):
            values = [parts[part] for parts, _ in found]
            mean, reach = float(np.mean(values)), Z * float(np.std(values)) / np.sqrt(max(runs - 1, 1))
            bar = (">= 0.8", mean >= 0.8) if part == cause else ()
            yield Line(
                f"{runs} planted shops of {cause} alone: part called {part}", mean, mean - reach, mean + reach, *bar
            )
        gap = max(gap for _, gap in found)
        yield Line("    how far the four parts are from the change", gap, 0, gap, "<= 1e-9", gap <= 1e-9)


def logs(runs: int, rng: np.random.Generator, folder: Path) -> Iterator[Line]:
    kinds: tuple[tuple[str, Callable[[Path], Log]], ...] = (
        ("Online Retail II", online_retail), ("Complete Journey", complete_journey),
    )  # fmt: skip
    held = [(name, load(folder)) for name, load in kinds]
    for what, by_visit in (("people", False), ("each person's visits", True)):
        for name, log in held:
            found = [alarm(drift_of(halves(log, rng, by_visit=by_visit), seed=seed)) for seed in range(runs)]
            yield rate(f"alarms, {name}, random halves of {what}", found, most=LEVEL, low_is_enough=True)
            naive = [of_events(halves(log, rng, by_visit=by_visit)) for _ in range(min(runs, 200))]
            yield rate("    of the test of independent events", naive)


def speed(rng: np.random.Generator, people: Sequence[int]) -> Iterator[Line]:
    for number, bar in zip(people, (3.0, 15.0), strict=False):
        shop = make_shop(rng, min(number, 100_000), 50, 4)
        tables = [np.concatenate([visit(rng, shop, 2) for _ in range(max(number // 100_000, 1))]) for _ in range(2)]
        mix = windows_of(*tables)
        began = cpu()
        drift_of(mix)
        used = cpu() - began
        yield Line(
            f"CPU s, {mix.users:,} people in {len(mix.user):,} rows", used, used, used, f"<= {bar:g}", used <= bar
        )


PARTS = ("different", "same", "power", "planted", "week", "season", "intervals", "causes", "logs", "speed")


RUNS = {
    "different": (1000, 20), "same": (1000, 20), "power": (1000, 20), "planted": (200, 3), "week": (400, 10),
    "season": (300, 5), "intervals": (500, 10), "causes": (3, 1), "logs": (1000, 10),
}  # fmt: skip
"""Of each part: in full, and with --quick."""


def lines(parts: Sequence[str], quick: bool, stores: Path) -> Iterator[Line]:
    """Every line of the parts asked for; each part has a seed of its own."""
    for number, part in enumerate(PARTS):
        rng = np.random.default_rng((SEED, number))
        many = RUNS.get(part, (1, 1))[quick]
        if part not in parts:
            continue
        if part == "logs":
            yield from logs(many, rng, stores)
        elif part == "causes":
            yield from causes(many, rng, 200_000 if quick else 1_000_000)
        elif part == "speed":
            yield from speed(rng, (100_000,) if quick else (100_000, 1_000_000))
        else:
            yield from globals()[part](many, rng)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few runs: seconds, and intervals to match")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--stores", type=Path, help="where the stores of the real logs lie or are kept")
    options = parser.parse_args(arguments)
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only {','.join(sorted(unknown))}: parts are {', '.join(PARTS)}")
    missed = False
    with tempfile.TemporaryDirectory(prefix="tideline-drift-") as folder:
        for line in lines(parts, options.quick, options.stores or Path(folder)):
            print(line, flush=True)
            missed = missed or not line.met
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
