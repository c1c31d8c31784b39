"""How the columns of one companion file become canonical ones, by their names and by what the importer says."""

from collections.abc import Mapping

from data.cleaning import Plan, check_named, lacking
from data.companions.schema import Kind
from data.companions.values import readers
from data.errors import InputError
from data.formats import CANONICAL
from data.masking import refuse_values_as_header
from data.reading import FileFacts
from data.schema import guess_mapping

PERSONAL = ("user_id", "email", "phone", "first_name", "last_name")
"""Columns that differ from person to person, so that no file has one value for all rows."""


def make_plan(
    facts: FileFacts, kind: Kind, mapping: Mapping[str, str], constants: Mapping[str, str], values: Mapping[str, str]
) -> Plan:
    """The plan for a file of `kind`; its `values` hold 'column:theirs' -> ours.

    Raises InputError for a column that is not there, a required one that nobody maps, or a value that is not ours.
    """
    name = facts.path.name
    if kind.private:
        refuse_values_as_header(name, facts.columns)
    names = [field.name for field in kind.fields]
    check_named(name, facts.columns, names, mapping, constants)
    for each in constants:
        if each in PERSONAL:
            raise InputError(f"--set {each}=...: {each} belongs to one person and cannot be the same in every row.")
    _check_values(kind, values)
    taken = set(mapping.values())
    guessed = guess_mapping(facts.columns, kind.fields)
    found = {n: c for n, c in guessed.items() if c not in taken and n not in constants} | dict(mapping)
    missing = [field.name for field in kind.fields if field.required and field.name not in {*found, *constants}]
    if missing:
        raise InputError(lacking(name, facts.columns, missing))
    return Plan(CANONICAL, facts.columns, found, dict(constants), dict(values))


def _check_values(kind: Kind, values: Mapping[str, str]) -> None:
    known = readers()
    words = {field.name: known[field.holds].words for field in kind.fields if known[field.holds].words}
    for key, ours in values.items():
        column, colon, theirs = key.partition(":")
        if not colon or column not in words:
            columns = ", ".join(words) or "none"
            raise InputError(
                f"--value {key}={ours}: write it as COLUMN:THEIRS=OURS. Columns of {kind.name} that take it: {columns}."
            )
        if ours not in words[column]:
            raise InputError(
                f"--value {column}:{theirs}={ours}: '{ours}' is not a value of {column}. They are"
                f" {', '.join(words[column])}."
            )
