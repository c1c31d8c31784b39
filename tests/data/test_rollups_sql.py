"""The rollups' SQL can run on Spark: the lint finds nothing in it, and finds everything that it is there to find."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import sqlglot

from data.ingest import ImportOptions
from data.pipeline import import_file
from data.rollups import statements
from data.settings import ROOT, Settings

DAYS = frozenset({"day", "first_day"})


def load_lint() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_rollups", ROOT / "tests" / "lint_rollups.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lint_rollups"] = module
    spec.loader.exec_module(module)
    return module


lint = load_lint()


def rules(sql: str) -> list[str]:
    return [problem.rule for problem in lint.problems(sql, DAYS)]


def test_nothing_is_wrong_with_the_rollups() -> None:
    assert lint.lint(lint.FILE.read_text()) == []


def test_the_command_says_so_and_make_lint_runs_it() -> None:
    done = subprocess.run(
        [sys.executable, "tests/lint_rollups.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (
        "tests/lint_rollups.py" in re.split(r"\n(?=\w+:)", (ROOT / "Makefile").read_text().partition("\nlint:")[2])[0]
    )
    assert "make lint" in (ROOT / ".ci" / "run").read_text()


def test_statements_are_read_as_they_are_run(
    settings: Settings, write_csv: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put in for the words in braces while linting is no simpler than what the rollups put in."""
    run, seen = statements.run, {}

    def watched(connection: object, name: str, **names: str) -> None:
        seen[name, *names.values()] = statements.STATEMENTS[name].format(**names)
        run(connection, name, **names)  # type: ignore[arg-type]

    monkeypatch.setattr(statements, "run", watched)
    header = "event_time,event_type,user_id,item_id,item_name,category,brand,price,quantity,country,channel"
    rows = [
        f"2026-0{1 + n % 6}-{1 + n % 27:02d} 10:00:00,{('view', 'purchase')[n % 2]},u{n % 9},i{n % 5},Lamp {n % 5},"
        f"Home > Lamps,Acme,2.50,1,{('France', 'Spain')[n % 2]},{('mail', 'web', 'app')[n % 3]}"
        for n in range(120)
    ]
    import_file(settings, write_csv("a.csv", *rows, header=header), ImportOptions())
    import_file(settings, write_csv("b.csv", rows[7].replace("u7", "u8"), header=header), ImportOptions())
    dates = lint.day_columns(list(lint.named_statements(lint.FILE.read_text()).values()))
    found = [
        (key[0], problem.text)
        for key, sql in seen.items()
        for problem in lint.problems(sql, dates)
        if (key[0], problem.rule) not in lint.WAIVED
    ]
    assert found == []
    assert len({key[0] for key in seen}) > 0.8 * len(statements.STATEMENTS)
    assert set(lint.named_statements(lint.FILE.read_text())) == set(statements.STATEMENTS)


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as integer) as a, cast(b as decimal(18, 4)) as b from t",
        "select a, count(*) as n, sum(b) as b, min(c) as low, max(c) as high from t group by a",
        "select count(distinct a) filter (where b > 1) as n, sum(case when a then 1 else 0 end) as m from t",
        "with x as (select a from t) select x.a from x left join y on y.a = x.a join z on z.a = x.a",
        "select day + 28 as later, day - 28 as earlier from t",
        "select cast(date_trunc('week', cast(day as timestamp)) as date) as week from t",
        "select sum(a) over (partition by b order by c rows between unbounded preceding and current row) as n from t",
        "select ln(a) as a, floor(round(b, 9) * 20) as bin, lower(c) as c, concat(c, ' > ', d) as path from t",
        "select row_number() over (partition by a order by b desc, c) as n, lag(day) over (order by day) as d from t",
        "select rank() over (order by a desc, b) as place, coalesce(a, b) as c, split_part(d, ' > ', 2) as e from t",
        "select a, bit_or(m) as m from t where (m & 5) <> 0 group by a",
        "select a | b as c, 1 << 3 as d from t",
        "select a from t order by a limit 5",
        "select a from t where b is not distinct from 1 and exists (select 1 from u where u.a = t.a)",
        "create or replace temp table x as select a from t union all select a from u",
        "delete from t where a in (select a from u)",
    ],
)
def test_what_both_understand_is_let_through(sql: str) -> None:
    assert rules(sql) == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("select log(a) as a from t", "base 10 becomes the natural logarithm"),
        ("select isodow(day) as a from t", "it becomes another day"),
        ("select list(a order by b) as a from t", "the order inside the list is lost"),
        ("select epoch_ms(a) as a from t", "translated as its inverse"),
        ("select hash(a) as a from t", "hash is not on the list: Spark may not know it, or mean something else"),
        ("select len(a) as a from t", "of a list, it is translated as that of a text"),
        ("select list_extract(a, 1) as a from t", "list_extract is not on the list"),
        ("select a[1] as a from t", "not on the list"),
        ("select week(day) as a from t", "Week is not on the list"),
        ("select dayofweek(day) as a from t", "not on the list"),
        ("select r.range as a from range(10) as r", "not on the list"),
        ("select unnest([1, 2]) as a", "not on the list"),
        ("pivot t on a using sum(b)", "not on the list"),
        ("select t.a from t asof join u on t.a >= u.a", "only inner, cross, left and full joins with ON"),
        ("select t.a from t positional join u", "only inner, cross, left and full joins with ON"),
        ("select t.a from t semi join u on t.a = u.a", "only inner, cross, left and full joins with ON"),
        ("select t.a from t join u using (a)", "only inner, cross, left and full joins with ON"),
        ("select epoch(a - b) as a from t", "TimeToUnix is not on the list"),
        ("select day + interval 1 day as a from t", "Interval is not on the list"),
        ("select date_diff('week', a, b) as a from t", "not on the list"),
        ("select arg_max(a, b) as a from t", "which row it takes where several are highest differs"),
        ("select arg_min(a, b) as a from t", "which row it takes where several are lowest differs"),
        ("select any_value(a) as a from t", "which row it takes differs from run to run"),
        ("select first(a) as a from t", "which row it takes differs from run to run"),
        ("select a from t qualify row_number() over (order by a) = 1", "Spark has none; use a subquery"),
        ("select a, count(*) as n from t group by all", "GROUP BY must name its columns"),
        ("select a, count(*) as n from t group by cube (a)", "not on the list"),
        ("select a from t order by all", "name the columns"),
        ("select a from t limit 5", "LIMIT without ORDER BY takes any rows"),
        ("select a from t where a in (select a from u limit 5)", "LIMIT without ORDER BY takes any rows"),
        ("select distinct on (a) a, b from t order by a, b", "DISTINCT ON takes any row of several"),
        ("select sum(cast(a as double)) as a from t", "the type DOUBLE is not on the list"),
        ("create table t (a double)", "the type DOUBLE is not on the list"),
        ("create table t (a hugeint)", "not on the list"),
        ("create table t (a ubigint)", "not on the list"),
        ("create table t (a uuid)", "not on the list"),
        ("select sum(a / b) as a from t", "a sum of DOUBLE depends on the order of the rows"),
        ("select sum(round(a, 2)) as a from t", "a sum of DOUBLE depends on the order of the rows"),
        ("select avg(a) as a from t", "a mean is a sum of DOUBLE"),
        ("select median(a) as a from t", "not on the list"),
        ("select approx_count_distinct(a) as a from t", "not on the list"),
        ("select row_number() over (partition by a) as n from t", "without ORDER BY its rows come in any order"),
        ("select lag(a) over () as n from t", "without ORDER BY its rows come in any order"),
        ("select sum(a) over (order by b) as n from t", "needs an explicit frame ROWS BETWEEN"),
        (
            "select sum(a) over (order by b range unbounded preceding) as n from t",
            "needs an explicit frame ROWS BETWEEN",
        ),
        ("select first_value(a) over (order by b) as n from t", "not on the list"),
        ("select date_trunc('week', day) as week from t", "date_trunc wants a timestamp"),
        ("select date_trunc('week', cast(day as timestamp)) as week from t", "date_trunc gives a timestamp"),
        (
            "select cast(date_trunc('decade', cast(day as timestamp)) as date) as d from t",
            "to DECADE was never looked at",
        ),
        ("select t.day - u.first_day as age from t, u", "day minus day is an interval in Spark"),
        ("select day - (first_day + 28) as age from t", "day minus day is an interval in Spark"),
        ("select cast(a as date) - day as age from t", "day minus day is an interval in Spark"),
        ("select try_cast(a as integer) as a from t", "not on the list"),
        ("select * exclude (a) from t", "a star with exceptions is not Spark's"),
        ("select a from t union by name select a from u", "UNION BY NAME is not Spark's"),
        ("select {'a': 1} as a", "not on the list"),
        ("select strftime(day, '%Y') as a from t", "not on the list"),
        ("select random() as a", "not on the list"),
        ("select now() as a", "not on the list"),
        ("select a from t using sample 10 rows", "not on the list"),
        ("create or replace table t as select a, count(*) from u group by a", "the column needs a name, AS ..."),
        ("insert into t select a + 1 from u", "the column needs a name, AS ..."),
        ("select regexp_matches(a, 'x') as a from t", "not on the list"),
        ("select a from read_parquet('x')", "not on the list"),
        ("select a from", "sqlglot cannot read it"),
        ("copy t to 'x'", "not on the list"),
        ("attach 'x' as y", "not on the list"),
    ],
)
def test_what_they_understand_differently_is_refused(sql: str, says: str) -> None:
    found = [problem.text for problem in lint.problems(sql, DAYS)]
    assert any(says in text for text in found), found


def test_a_word_in_braces_that_nothing_stands_for_stops_the_lint() -> None:
    with pytest.raises(KeyError, match="unheard"):
        lint.lint("-- name: x\nselect {unheard} as a from t;\n")


def test_days_are_known_under_every_name_they_go_by() -> None:
    text = (
        "create table t (day date, n integer); create table v as with s as (select n, lag(day) over (order by n) as"
        " previous, min(day) as opening from t) select n as many, case when n = 1 then previous + 1 end as late from s"
    )
    assert lint.day_columns([text]) == {"day", "previous", "opening", "late"}


def test_a_temporary_table_is_no_view_on_spark() -> None:
    """sqlglot's own translation, a view, would be computed only after what it was made from has changed."""
    tree = sqlglot.parse_one("create or replace temp table kept as select a from t", read="duckdb")
    assert "VIEW" in tree.sql("spark")
    assert lint.spark(tree) == "CREATE OR REPLACE TABLE kept AS SELECT a FROM t"
    view = sqlglot.parse_one("create or replace temp view v as select a from t", read="duckdb")
    assert lint.spark(view) == "CREATE OR REPLACE TEMPORARY VIEW v AS SELECT a FROM t"


def test_a_waiver_is_for_a_statement_that_there_is() -> None:
    assert {name for name, _ in lint.WAIVED} <= set(statements.STATEMENTS)
