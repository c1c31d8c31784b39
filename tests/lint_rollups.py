"""Refuses SQL in data/rollups.sql that DuckDB and Spark do not understand alike, so that a cluster can run its text.

`make lint` runs this file. What is not on the list of ALLOWED parts is refused, whether it is known to be translated
wrongly or merely was never looked at; extend the list only after reading what sqlglot makes of the new part.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import ErrorLevel, exp

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "rollups.sql"

WORDS = {
    "by": "'theme'",
    "differs": "o.theme is distinct from n.theme",
    "factor": "-1",
    "grain": "'week'",
    "grain_name": "week",
    "high": "date '2026-01-31'",
    "kind": "theme",
    "low": "date '2026-01-01'",
    "mask": "0",
    "mask_join": "\njoin context_mask c on c.x = v.x",
    "mask_name": "m0",
    "mask_names": "m0, m1",
    "masks": ", bit_or(c.m0) as m0, bit_or(c.m1) as m1",
    "order": "i.id, t.start",
    "table": "interest_trend",
}
"""What stands for the words in braces while the text is looked at."""

ALLOWED = {
    # clauses
    "Alias", "CTE", "Column", "ColumnDef", "Create", "DataType", "DataTypeParam", "Delete", "Distinct", "Drop",
    "Filter", "From", "Group", "Having", "Identifier", "Insert", "Join", "Limit", "Order", "Ordered", "Properties",
    "Schema", "Select", "Star", "Subquery", "Table", "TableAlias", "TemporaryProperty", "Tuple", "Union", "Where",
    "Window", "WindowSpec", "With",
    # conditions and values
    "And", "Between", "Boolean", "Case", "EQ", "Exists", "GT", "GTE", "If", "In", "Is", "LT", "LTE", "Literal",
    "NEQ", "Not", "Null", "NullSafeEQ", "NullSafeNEQ", "Or", "Paren", "Var",
    # arithmetic
    "Add", "BitwiseAnd", "BitwiseLeftShift", "BitwiseOr", "Mul", "Neg", "Sub",
    # functions
    "BitwiseOrAgg", "Cast", "Coalesce", "Concat", "Count", "Floor", "Greatest", "Lag", "Lead", "Least", "Ln",
    "Lower", "Max", "Min", "Rank", "Round", "RowNumber", "SplitPart", "Sum", "TimestampTrunc",
}  # fmt: skip
"""Parts of SQL by sqlglot's names, each read in its translation from DuckDB to Spark."""

TIMES = {"TIMESTAMP", "TIMESTAMPNTZ"}
TYPES = {"BIGINT", "BOOLEAN", "DATE", "DECIMAL", "INT", "SMALLINT", "TEXT", "VARCHAR"} | TIMES
"""No DOUBLE: its sums depend on the order of the rows."""
TRUNCATED_TO = {"DAY", "MONTH", "QUARTER", "WEEK", "YEAR"}
ORDERED = (exp.RowNumber, exp.Rank, exp.Lag, exp.Lead)
JOINS = {"", "INNER", "CROSS", "LEFT", "FULL", "OUTER"}
INEXACT = (exp.Div, exp.Ln, exp.Round, exp.Floor)

WHY = {
    "AnyValue": "which row it takes differs from run to run",
    "Anonymous": "Spark may not know it, or mean something else by it",
    "ArgMax": "which row it takes where several are highest differs from run to run; use row_number",
    "ArgMin": "which row it takes where several are lowest differs from run to run; use row_number",
    "ArrayAgg": "the order inside the list is lost in translation",
    "Avg": "a mean is a sum of DOUBLE; keep sum and count",
    "DayOfWeekIso": "it becomes another day in translation",
    "Div": "it makes a DOUBLE; keep numerator and denominator",
    "First": "which row it takes differs from run to run",
    "Length": "of a list, it is translated as that of a text",
    "Log": "base 10 becomes the natural logarithm in translation; use ln",
    "Qualify": "Spark has none; use a subquery",
    "UnixToTime": "it is translated as its inverse",
}

WAIVED: set[tuple[str, str]] = set()
"""Statement and rule that may stand though the lint refuses it."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a statement: the rule it breaks and a sentence."""

    rule: str
    text: str


def named_statements(text: str) -> dict[str, str]:
    """Every statement of the file by its name, with WORDS put in for those in braces.

    Raises KeyError for a word in braces that WORDS does not know.
    """
    found = re.findall(r"-- name: (.*)\n((?:(?!-- name:).*\n?)*)", text)
    return {name.strip(): re.sub(r"\{(\w+)\}", lambda word: WORDS[word[1]], sql) for name, sql in found}


def problems(sql: str, dates: frozenset[str] = frozenset()) -> list[Problem]:
    """What is not portable in one or more statements; `dates` are the names of columns that hold days."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="duckdb", error_level=ErrorLevel.RAISE) if tree]
    except sqlglot.errors.SqlglotError as error:
        return [Problem("parse", f"sqlglot cannot read it: {str(error).splitlines()[0]}")]
    return [problem for tree in trees for problem in _problems(tree, dates)]


def _problems(tree: exp.Expr, dates: frozenset[str]) -> Iterator[Problem]:
    for node in tree.walk():
        kind = type(node).__name__
        if kind not in ALLOWED:
            name = node.name if isinstance(node, exp.Anonymous) else kind
            why = f": {WHY[kind]}" if kind in WHY else " and was never looked at"
            yield Problem("allowed", f"{name} is not on the list{why} ({_short(node)})")
        yield from _details(node, dates)
    try:
        said = spark(tree)
        sqlglot.parse_one(said, read="spark", error_level=ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        yield Problem("spark", f"it has no translation for Spark: {str(error).splitlines()[0]}")


def _details(node: exp.Expr, dates: frozenset[str]) -> Iterator[Problem]:
    """The rules about parts that are allowed in one form and not in another."""
    if isinstance(node, exp.DataType) and node.this.name not in TYPES:
        yield Problem("type", f"the type {node.sql('duckdb')} is not on the list ({_short(node.parent or node)})")
    elif isinstance(node, exp.Limit) and not (node.parent and node.parent.args.get("order")):
        yield Problem("limit", f"LIMIT without ORDER BY takes any rows ({_short(node.parent or node)})")
    elif isinstance(node, exp.Group) and any(value for part, value in node.args.items() if part != "expressions"):
        yield Problem("group", f"GROUP BY must name its columns ({_short(node)})")
    elif isinstance(node, exp.Order) and node.sql("duckdb").upper().startswith("ORDER BY ALL"):
        yield Problem("order", "ORDER BY ALL: name the columns")
    elif isinstance(node, exp.Distinct) and node.args.get("on"):
        yield Problem("distinct", f"DISTINCT ON takes any row of several ({_short(node)})")
    elif isinstance(node, exp.Star) and any(value for value in node.args.values()):
        yield Problem("star", f"a star with exceptions is not Spark's ({_short(node)})")
    elif isinstance(node, exp.Union) and node.args.get("by_name"):
        yield Problem("union", "UNION BY NAME is not Spark's")
    elif isinstance(node, exp.Join):
        yield from _join(node)
    elif isinstance(node, exp.Window):
        yield from _window(node)
    elif isinstance(node, exp.Sum) and next(node.find_all(*INEXACT), None):
        yield Problem("sum", f"a sum of DOUBLE depends on the order of the rows ({_short(node)})")
    elif isinstance(node, exp.TimestampTrunc):
        yield from _trunc(node)
    elif isinstance(node, exp.Sub) and _is_day(node.this, dates) and _is_day(node.expression, dates):
        yield Problem("days", f"day minus day is an interval in Spark; add days to one side instead ({_short(node)})")
    elif isinstance(node, exp.Select) and isinstance(node.parent, exp.Create | exp.Insert | exp.CTE):
        unnamed = [each for each in node.expressions if not isinstance(each, exp.Alias | exp.Column | exp.Star)]
        if unnamed:
            yield Problem("name", f"the column needs a name, AS ... ({_short(unnamed[0])})")


def _join(node: exp.Join) -> Iterator[Problem]:
    parts = {str(node.args.get(part) or "").upper() for part in ("kind", "side", "method")}
    if not parts <= JOINS or node.args.get("using"):
        yield Problem("join", f"only inner, cross, left and full joins with ON are understood alike ({_short(node)})")


def _window(node: exp.Window) -> Iterator[Problem]:
    ordered, spec = node.args.get("order"), node.args.get("spec")
    if isinstance(node.this, ORDERED):
        if not ordered:
            yield Problem("window", f"without ORDER BY its rows come in any order ({_short(node)})")
    elif ordered and (spec is None or str(spec.args.get("kind")).upper() != "ROWS"):
        yield Problem("window", f"a running aggregate needs an explicit frame ROWS BETWEEN ... ({_short(node)})")


def _trunc(node: exp.TimestampTrunc) -> Iterator[Problem]:
    unit = node.args["unit"].name.upper()
    if unit not in TRUNCATED_TO:
        yield Problem("trunc", f"date_trunc to {unit} was never looked at ({_short(node)})")
    if not (isinstance(node.this, exp.Cast) and node.this.to.this.name in TIMES):
        yield Problem("trunc", f"date_trunc wants a timestamp: cast(... as timestamp) ({_short(node)})")
    if not (isinstance(node.parent, exp.Cast) and node.parent.to.this.name == "DATE"):
        yield Problem("trunc", f"date_trunc gives a timestamp: cast(... as date) around it ({_short(node)})")


def _is_day(node: exp.Expr, dates: frozenset[str]) -> bool:
    if isinstance(node, exp.Paren):
        return _is_day(node.this, dates)
    if isinstance(node, exp.Cast):
        return node.to.this.name == "DATE"
    if isinstance(node, exp.Add | exp.Sub):
        return _is_day(node.this, dates) and not _is_day(node.expression, dates)
    if isinstance(node, exp.Min | exp.Max | exp.Lag | exp.Lead | exp.Coalesce | exp.Least | exp.Greatest):
        return _is_day(node.this, dates) or any(_is_day(each, dates) for each in node.expressions)
    if isinstance(node, exp.Window):
        return _is_day(node.this, dates)
    if isinstance(node, exp.Case):
        results = [each.args["true"] for each in node.args["ifs"]]
        return any(_is_day(each, dates) for each in results)
    return isinstance(node, exp.Column) and node.name in dates


def day_columns(texts: Sequence[str]) -> frozenset[str]:
    """Names of columns that hold days: those declared so, and what is made of them under another name."""
    trees = [tree for text in texts for tree in sqlglot.parse(text, read="duckdb") if tree]
    declared = [column for tree in trees for column in tree.find_all(exp.ColumnDef)]
    dates = {column.name for column in declared if column.kind and column.kind.this.name == "DATE"}
    others = {column.name for column in declared} - dates
    aliases = [alias for tree in trees for alias in tree.find_all(exp.Alias)]
    while more := {a.alias for a in aliases if _is_day(a.this, frozenset(dates))} - dates - others:
        dates |= more
    return frozenset(dates)


def spark(tree: exp.Expr) -> str:
    """A statement in Spark's words.

    A temporary table becomes a table: as the view that sqlglot makes of it, it would be computed when it is read, after
    what it was made from has changed. CREATE OR REPLACE and DELETE need a catalogue that keeps tables, such as Delta's.
    """
    whole = tree.copy()
    for create in whole.find_all(exp.Create):
        properties = create.args.get("properties")
        if create.kind == "TABLE" and properties:
            kept = [each for each in properties.expressions if not isinstance(each, exp.TemporaryProperty)]
            create.set("properties", exp.Properties(expressions=kept) if kept else None)
    return whole.sql("spark", unsupported_level=ErrorLevel.RAISE)


def _short(node: exp.Expr, length: int = 80) -> str:
    text = " ".join(node.sql("duckdb").split())
    return text if len(text) <= length else text[: length - 3] + "..."


def lint(text: str) -> list[str]:
    """One line for everything in a file of statements that is not portable."""
    statements = named_statements(text)
    dates = day_columns(list(statements.values()))
    return [
        f"{name}: {problem.text}"
        for name, sql in statements.items()
        for problem in problems(sql, dates)
        if (name, problem.rule) not in WAIVED
    ]


def main() -> int:
    """0 where every statement is portable, else 1 after a line for each problem."""
    found = lint(FILE.read_text())
    sys.stdout.writelines(f"{FILE.relative_to(ROOT)}: {line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
