"""A build that is continued day by day equals one made at once, whatever way it is brought up to date."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data import ledger
from data.ingest import ImportOptions
from data.pipeline import import_file, undo_import
from data.publish import publish
from data.serving import current_file
from data.settings import Settings
from data.store import Store, open_store

Write = Callable[..., Path]
Digest = Callable[[Settings], dict[str, str]]
HEADER = "event_time,event_type,user_id,item_id,item_name,category,brand,price,session_id,query,country,platform,tier"
TYPES = ("view", "view", "view", "cart", "purchase", "purchase", "refund", "search")


def rows(seed: int, days: list[int], count: int = 150) -> list[str]:
    """Lines of a shop of 30 people, some of them unknown, in three categories, two countries and two platforms."""
    draw = random.Random(seed)
    lines = []
    for _ in range(count):
        day, item = draw.choice(days), draw.randrange(9)
        kind, person = draw.choice(TYPES), draw.choice(["", *(f"u{n}" for n in range(30))])
        thing = ["", "", "", "", ""] if kind == "search" else [
            f"i{item}", f"Lamp {item}", f"home > c{item % 3}", f"b{item % 2}", "2.50",
        ]  # fmt: skip
        lines.append(
            ",".join([
                f"2026-{3 + day // 28:02d}-{1 + day % 28:02d} {draw.randrange(24):02d}:{draw.randrange(60):02d}:00",
                kind, person, *thing, draw.choice(["", f"s{day}-{draw.randrange(9)}"]),
                "red lamp" if kind == "search" else "", draw.choice(["UK", "FR", ""]), draw.choice(["web", "app"]),
                draw.choice(["gold", "plain"]),
            ])
        )  # fmt: skip
    return lines


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, list[str]], Path]:
    """A function that writes lines under the header into a file of that name."""

    def make(name: str, lines: list[str]) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([HEADER, *lines]) + "\n")
        return path

    return make


@pytest.fixture(scope="module", params=["small", "large"])
def size(request: pytest.FixtureRequest) -> Iterator[str]:
    """Once as a log is treated that is small, once as one that is too large to judge people at every import."""
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "large":
            patched.setattr("data.rollups.build.LARGE", 0)
            patched.setattr("data.rollups.build.DEEP_BRANDS", 0)
        yield request.param


@pytest.fixture(scope="module")
def made(size: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of a store of 40 days, 2 March to 12 April; tests work on copies of it."""
    folder = tmp_path_factory.mktemp(size)
    (folder / "start.csv").write_text("\n".join([HEADER, *rows(1, list(range(40)), 900)]) + "\n")
    import_file(Settings(var=folder / "var", themes=False), folder / "start.csv", ImportOptions())
    return folder / "var"


@pytest.fixture
def shop(made: Path, settings: Settings) -> Settings:
    """This test's own copy of that store."""
    shutil.copytree(made, settings.var)
    return settings


only_small = pytest.mark.parametrize("size", ["small"], indirect=True)
only_large = pytest.mark.parametrize("size", ["large"], indirect=True)


def rebuilt(settings: Settings, digest: Digest) -> dict[str, str]:
    publish(settings, rebuild=True)
    return digest(settings)


def test_days_added_one_by_one_equal_a_rebuild(shop: Settings, write: Write, digest: Digest) -> None:
    for day in (40, 41, 46, 47, 56):  # over the ends of two weeks, 19 and 26 April, and of the month
        import_file(shop, write(f"{day}.csv", rows(day, [day], 40)), ImportOptions())
    assert digest(shop) == rebuilt(shop, digest)


def test_late_days_and_undo_equal_a_rebuild(shop: Settings, write: Write, digest: Digest) -> None:
    import_file(shop, write("late.csv", rows(2, [3, 17, 39], 60)), ImportOptions())
    late, whole = digest(shop), rebuilt(shop, digest)
    assert late == whole
    last = import_file(shop, write("last.csv", rows(3, [39, 40], 60)), ImportOptions())
    undo_import(shop, last["import"])
    assert digest(shop) == whole
    undo_import(shop, ledger.imports(shop, active_only=True)[0].import_id)
    assert digest(shop) == rebuilt(shop, digest)


def test_an_item_that_changes_its_category_takes_its_past_along(shop: Settings, write: Write, digest: Digest) -> None:
    moved = [line.replace("home > c1", "garden > new") for line in rows(4, [41], 900)]
    import_file(shop, write("moved.csv", moved), ImportOptions())
    assert digest(shop) == rebuilt(shop, digest)
    store = opened(shop)
    assert store.query("select count(*) from trend where \"by\" = 'category' and id = 'home > c1'").item() == 0
    store.close()


@only_large
def test_one_more_day_of_a_large_log_reads_no_other_day(
    shop: Settings, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    from data.rollups import statements

    plain = statements.run

    def noting(connection, name, **names):  # type: ignore[no-untyped-def]
        counted.append(name)
        plain(connection, name, **names)

    monkeypatch.setattr(statements, "run", noting)
    import_file(shop, write("more.csv", rows(2, [40], 40)), ImportOptions())
    assert "trend_merged" in counted
    assert not {"users", "trend_new", "lifecycle_part", "cohort"} & set(counted)


@only_large
def test_a_large_log_judges_people_up_to_its_last_whole_week(shop: Settings, write: Write) -> None:
    store = opened(shop)
    assert (str(store.meta.last_day), str(store.meta.people_day), store.meta.large) == (
        "2026-04-12",
        "2026-04-12",
        True,
    )
    store.close()
    import_file(shop, write("more.csv", [*rows(2, [40], 40), "2026-04-13 10:00:00,view,new,i1,,,,,,,UK,web,"]),
                ImportOptions())  # fmt: skip
    store = opened(shop)
    assert (str(store.meta.last_day), str(store.meta.people_day)) == ("2026-04-13", "2026-04-12")
    assert store.meta.users == 31
    assert store.query("select count(*) from users").item() == 30
    store.close()


@only_small
def test_distinct_people_of_a_segment_value_are_counted_right(shop: Settings) -> None:
    store = opened(shop)
    wrong = store.query(
        """
        with plain as (
            select date_trunc('week', day)::date as start, id, platform as value,
                count(distinct u) filter (events > 0) as users, sum(events) as events, sum(revenue) as revenue
            from user_day where "by" = 'category' and platform is not null group by all)
        select t.*, p.* from trend t full join plain p on p.start = t.start and p.id = t.id and p.value = t.value
        where t."by" = 'category' and t.grain = 'week' and t.segment = 'platform'
            and (t.users <> p.users or t.events <> p.events or t.revenue <> p.revenue or p.users is null)
        """
    )
    assert wrong.is_empty()
    assert store.query("select count(*) from trend where segment = 'platform' and \"by\" = 'category'").item() > 100
    assert store.query("select count(*) from trend where segment = 'tier' and \"by\" = 'category'").item() > 100
    store.close()


def test_a_visit_is_a_session_else_the_day(tmp_path: Path, write: Write) -> None:
    settings = Settings(var=tmp_path / "var", themes=False)
    lines = [
        "2026-03-01 10:00:00,view,u1,i1,,c,,,s1,,,,",
        "2026-03-01 11:00:00,view,u1,i1,,c,,,s1,,,,",
        "2026-03-01 23:50:00,view,u1,i1,,c,,,s2,,,,",
        "2026-03-02 00:10:00,view,u1,i1,,c,,,s2,,,,",
        "2026-03-01 12:00:00,view,u2,i1,,c,,,,,,,",
        "2026-03-01 18:00:00,view,u2,i1,,c,,,,,,,",
    ]
    import_file(settings, write("log.csv", lines), ImportOptions())
    store = opened(settings)
    found = store.query(
        "select p.user_no, count(distinct v.v) as visits, sum(v.events) as events from visit_interest v"
        " join person p on p.u = v.u where v.\"by\" = 'category' group by all order by visits"
    )
    assert found.select("visits", "events").rows() == [(1, 2), (2, 4)]
    days = store.query("select count(*) filter (v = 0) as days, count(*) as visits from visit_category")
    assert days.rows() == [(1, 4)]
    store.close()


def opened(settings: Settings) -> Store:
    store = open_store(settings)
    assert store is not None
    assert current_file(settings) == store.path
    return store


def test_a_catalogue_file_overrules_the_log_and_its_undo_gives_the_log_back(
    shop: Settings, tmp_path: Path, digest: Digest
) -> None:
    before = digest(shop)
    catalogue = tmp_path / "items.csv"
    catalogue.write_text("item_id,name,category,brand,price,description\ni1,Red lamp,garden > light,b9,3,\n")
    done = import_file(shop, catalogue, ImportOptions(kind="items"))
    store = opened(shop)
    found = store.query("select name, category_interest, brand from items where item_id = 'I1'")
    assert found.rows() == [("Red lamp", "garden > light", "b9")]
    moved = store.query(
        "select sum(events) from trend where id = 'garden > light' and grain = 'month' and segment = ''"
    )
    assert moved.item() == store.query("select events from items where item_id = 'I1'").item()
    store.close()
    assert digest(shop) == rebuilt(shop, digest)
    undo_import(shop, done["import"])
    assert digest(shop) == before
