"""The companion files of a planted shop."""

from pathlib import Path

KINDS = ("items", "customers", "reviews", "campaigns", "promotions", "stock")


def companion_files(folder: Path) -> dict[str, Path]:
    """Kind -> file of the companions that lie in the folder of a planted shop."""
    files = {kind: folder / f"{kind}.csv" for kind in KINDS}
    return {kind: path for kind, path in files.items() if path.exists()}
