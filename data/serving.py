"""Which published file is served now."""

from pathlib import Path

from data.settings import Settings


def serve_files(settings: Settings) -> list[Path]:
    """Every published file that is still there, oldest version first."""
    return sorted(settings.serve.glob("serve-*.duckdb"), key=_version)


def _version(path: Path) -> int:
    return int(path.stem.removeprefix("serve-"))


def current_file(settings: Settings) -> Path | None:
    """The serve file that pages should open, None before the first publish."""
    pointer = settings.serve / "CURRENT"
    if not pointer.exists():
        return None
    path = settings.serve / pointer.read_text().strip()
    return path if path.exists() else None


def published_version(settings: Settings) -> int:
    """The data version of the served file, 0 when nothing was published."""
    path = current_file(settings)
    return _version(path) if path else 0
