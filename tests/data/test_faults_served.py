"""A damaged served file: pages and commands go on with the last good version and say so, and a rebuild mends it."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analytics.__main__ import main as ask
from data import serving
from data.errors import Damaged, StoreError
from data.ingest import ImportOptions
from data.pipeline import import_file
from data.publish import is_stale, publish
from data.serving import current_file, next_file, published_version, serve_files
from data.settings import ROOT, Settings
from data.store import Store, concern, open_store, what_is_served

Said = Callable[..., tuple[int, str, str]]
Digest = Callable[[Settings], dict[str, str]]
DamageInside = Callable[[Settings, str], Path]

MARCH = [f"2026-03-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,France" for day in range(1, 29)]
APRIL = [f"2026-04-{day:02d} 10:00:00,purchase,u{day},i{day},Lamp,2,1,Spain" for day in range(1, 29)]
NOISE = random.Random(3)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def scrambled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4)
        file.write(NOISE.randbytes(path.stat().st_size // 2))


def overwritten(path: Path) -> None:
    path.write_bytes(b"not a database")


def gone(path: Path) -> None:
    path.unlink()


DAMAGES = [truncated, emptied, scrambled, overwritten, gone]


@pytest.fixture
def shop(stores: Any, write_csv: Callable[..., Path], settings: Settings) -> Settings:
    """A store that published twice."""
    stores.copy(settings, write_csv("a.csv", *MARCH), write_csv("b.csv", *APRIL))
    return settings


def current(settings: Settings) -> Path:
    path = current_file(settings)
    assert path is not None
    return path


def opened(settings: Settings) -> Store:
    store = open_store(settings)
    assert store is not None
    return store


TRENDS = ("trends", "--by", "item", "--metric", "events", "--grain", "month", "--json")


def trends(settings: Settings) -> subprocess.CompletedProcess[str]:
    """The question asked by another process, which has to find out about damage for itself."""
    return subprocess.run(
        [sys.executable, "-m", "analytics", *TRENDS],
        cwd=ROOT, env={**os.environ, "TIDELINE_VAR": str(settings.var)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_commands_go_on_with_the_version_before_and_say_so(
    shop: Settings, said: Said, capsys: pytest.CaptureFixture[str], digest: Digest, damage: Callable[[Path], None]
) -> None:
    before = digest(shop)
    damage(current(shop))
    assert ask(list(TRENDS)) == 0
    out, err = capsys.readouterr()
    assert [period["start"] for period in json.loads(out)["periods"]] == ["2026-03-01"]
    problems = [err.strip()]
    status = json.loads(said("status", "--json")[1])
    assert (status["events"], status["served_version"], status["data_version"]) == (len(MARCH), 1, 2)
    problems.append(status["problem"])
    for text in problems:
        assert "serve-2.duckdb cannot be read (" in text or "CURRENT names no file that is there" in text
        assert "You see version 1, published 20" in text
        assert "Build it again from the lake with `python -m data rebuild`." in text
        assert "\n" not in text
    assert said("rebuild")[0] == 0
    mended = json.loads(said("status", "--json")[1])
    assert (mended["events"], mended["problem"], mended["stale"]) == (len(MARCH) + len(APRIL), None, False)
    assert digest(shop) == before


@pytest.mark.parametrize("content", [b"", b"nothing\n", b"\xff\xfe\x00", b"serve-9.duckdb", b"../../etc/passwd", b"."])
def test_a_pointer_that_points_to_nothing(shop: Settings, content: bytes, digest: Digest) -> None:
    before = digest(shop)
    (shop.serve / "CURRENT").write_bytes(content)
    assert (current_file(shop), published_version(shop)) == (None, 0)
    store = opened(shop)
    assert store.version == 2  # the newest whole file there is
    assert store.problem is not None
    assert "CURRENT names no file that is there. You see version 2, published 20" in store.problem
    store.close()
    publish(shop)
    assert opened(shop).problem is None
    assert digest(shop) == before


def test_no_version_that_can_be_read(shop: Settings, said: Said, capsys: pytest.CaptureFixture[str]) -> None:
    for path in serve_files(shop):
        overwritten(path)
    with pytest.raises(StoreError, match=r"serve-2.duckdb cannot be read \(.*\). Build it again from the lake with"):
        open_store(shop)
    code, _, words = said("status")
    assert (code, ask(list(TRENDS))) == (1, 1)
    for text in (words, capsys.readouterr().err):
        assert "Build it again from the lake with `python -m data rebuild`." in text
        assert len(text.splitlines()) == 1
    publish(shop, rebuild=True)
    assert opened(shop).meta.events == len(MARCH) + len(APRIL)


def test_damage_that_shows_only_when_a_question_comes_to_it(
    shop: Settings, digest: Digest, damage_inside: DamageInside
) -> None:
    sql = "select * from item_trend"
    before, path = digest(shop), damage_inside(shop, sql)
    store = opened(shop)
    assert (store.version, store.problem) == (2, None)
    seen = what_is_served(shop)
    with pytest.raises(Damaged, match=r"serve-2.duckdb cannot be read \(Corrupt database file"):
        store.query(sql)
    assert what_is_served(shop) != seen
    stands_in = opened(shop)
    assert stands_in.version == 1
    assert stands_in.query(sql).height > 0
    assert "serve-2.duckdb cannot be read (Corrupt" in (concern(shop, stands_in) or "")
    assert path.with_suffix(".damaged").exists()
    answered = trends(shop)
    assert answered.returncode == 0, answered.stderr
    assert "You see version 1, published 20" in answered.stderr
    publish(shop, rebuild=True)
    assert opened(shop).version == 2
    assert opened(shop).query(sql).height > 0
    assert opened(shop).problem is None
    assert current(shop).parent == path.parent
    assert list(shop.serve.glob("*.damaged")) == []
    assert digest(shop) == before


@pytest.mark.parametrize("damage", [emptied, gone, None])
def test_the_next_import_mends_what_is_served(
    shop: Settings, write_csv: Callable[..., Path], stores: Any, digest: Digest,
    damage_inside: DamageInside, damage: Callable[[Path], None] | None,
) -> None:  # fmt: skip
    if damage:
        damage(current(shop))
    else:
        damage_inside(shop, "select * from item_trend")
    third = write_csv("c.csv", "2026-04-30 10:00:00,purchase,u1,i1,Lamp,2,1,Spain")
    import_file(shop, third, ImportOptions())
    assert opened(shop).problem is None
    assert digest(shop) == digest(stores.of(write_csv("a.csv", *MARCH), write_csv("b.csv", *APRIL), third))


def test_what_one_process_found_every_other_knows_and_the_next_publish_copies_nothing_of_it(
    shop: Settings, digest: Digest, damage_inside: DamageInside
) -> None:
    before = digest(shop)
    path = damage_inside(shop, "select * from item_trend")
    assert trends(shop).returncode == 0
    assert serving.known_damage(path) is not None
    assert is_stale(shop)
    stands_in = opened(shop)  # by a question that does not come to the damage itself
    assert stands_in.version == 1
    stands_in.close()
    copied: list[object] = []
    with pytest.MonkeyPatch.context() as watched:
        watched.setattr("shutil.copyfile", lambda *paths: copied.append(paths))
        publish(shop)
    assert copied == []
    assert digest(shop) == before


def test_damage_of_a_file_that_was_replaced_meanwhile_is_not_the_new_files(shop: Settings) -> None:
    old = opened(shop)
    publish(shop, rebuild=True)
    serving.note_damage(old.path, old.stamp, "Corrupt database file")
    assert serving.known_damage(current(shop)) is None
    assert opened(shop).problem is None
    (shop.serve / "serve-7.damaged").write_text("no JSON")
    publish(shop, rebuild=True)
    assert list(shop.serve.glob("*.damaged")) == []


def test_a_file_that_took_the_name_of_one_that_is_open_is_read_anew(shop: Settings) -> None:
    old = opened(shop)
    path = current(shop)
    new = path.with_name("new.duckdb")
    shutil.copyfile(serve_files(shop)[0], new)
    os.replace(new, path)
    fresh = Store(path, shop)
    assert (old.version, fresh.version) == (2, 1)
    assert fresh.query("select 1").item() == 1


def test_a_published_version_never_gets_a_name_that_was_taken(shop: Settings) -> None:
    assert next_file(shop, 3).name == "serve-3.duckdb"
    assert next_file(shop, 2).name == "serve-2-2.duckdb"
    for name in (
        "serve-2-2.duckdb",
        "serve-2-10.duckdb",
        "serve-x.duckdb",
        "serve-3.duckdb.wal",
        "serve-2 copy.duckdb",
    ):
        (shop.serve / name).touch()
    assert next_file(shop, 2).name == "serve-2-11.duckdb"
    known = [path.name for path in serve_files(shop)]
    assert known == ["serve-1.duckdb", "serve-2.duckdb", "serve-2-2.duckdb", "serve-2-10.duckdb"]
    (shop.serve / "CURRENT").write_text("serve-2-10.duckdb")
    assert published_version(shop) == 2


def test_a_file_of_another_tideline_is_not_read_but_built_anew(shop: Settings) -> None:
    import duckdb

    path = current(shop)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from meta where key = 'segments'")
    store = opened(shop)
    assert store.version == 1
    assert "serve-2.duckdb cannot be read (another version of Tideline wrote it)" in (store.problem or "")
    assert is_stale(shop)
    publish(shop)
    assert (opened(shop).version, opened(shop).problem) == (2, None)
