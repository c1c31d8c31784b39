"""What makes a row of a companion file be refused, in order, and what each reason means to people."""

from dataclasses import dataclass

from data.cleaning import REASONS as ANY_FILE
from data.companions.schema import COMPANIONS, Kind
from data.companions.values import readers

REPLACED = "replaced_by_later_row"
SHAPE = ("too_few_columns", "too_many_columns", "malformed")


@dataclass(frozen=True)
class Check:
    """One rule: rows for which `sql` holds are refused. `sql` reads texts as t_<column> and values as v_<column>."""

    reason: str
    meaning: str
    column: str
    sql: str


_OF_A_ROW = {
    "campaigns": (
        Check("sent_at_missing", "no sent_at, and the person is not held out", "sent_at",
              "t_sent_at is null and v_arm = 'treated'"),
    ),
    "promotions": (
        Check("end_before_start", "end is not after start", "end", "v_end <= v_start"),
    ),
    "stock": (
        Check("out_to_before_out_from", "out_to is not after out_from", "out_to", "v_out_to <= v_out_from"),
    ),
}  # fmt: skip
"""Rules over several columns of a row."""


def checks(kind: Kind) -> list[Check]:
    """Every rule of a kind, in the order in which they are tried."""
    known = readers()
    found: list[Check] = []
    for field in kind.fields:
        name = field.name
        if field.filled:
            found.append(Check(f"{name}_missing", f"no {name}", name, f"t_{name} is null"))
        for ending, meaning, sql in known[field.holds].checks:
            sql = sql.replace("{t}", f"t_{name}").replace("{v}", f"v_{name}")
            found.append(Check(f"{name}_{ending}", meaning.replace("{name}", name), name, sql))
    return [*found, *_OF_A_ROW.get(kind.name, ())]


def meanings(name: str) -> dict[str, str]:
    """Reason -> meaning, of the companion kind called `name`."""
    kind = COMPANIONS[name]
    about = " and ".join(kind.key)
    return {
        **{reason: ANY_FILE[reason] for reason in SHAPE},
        **{check.reason: check.meaning for check in checks(kind)},
        REPLACED: f"a later row of the file has the same {about}, and the later one counts",
    }
