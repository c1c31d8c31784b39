"""Files waiting to be imported: what a browser sent, and what somebody copied to var/inbox."""

import os
import re
from pathlib import Path

from data.settings import Settings
from data.trouble import told

ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet")


def save_upload(settings: Settings, name: str, content: bytes) -> Path:
    """Write an upload to the inbox, whole or not at all; only the plain part of the client's file name is kept.

    Raises StoreError where the disk does not take it.
    """
    plain = re.sub(r"[^\w. ()-]", "_", Path(name.replace("\\", "/")).name).lstrip(".") or "upload.csv"
    target = settings.inbox / plain
    temporary = settings.inbox / f".{plain}.part"
    try:
        with told(settings, f"keeping the upload {plain}", len(content)):
            settings.inbox.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def inbox_files(settings: Settings) -> list[Path]:
    """Files in the inbox that Tideline can read, by name; half-written ones (a leading dot) are left out."""
    if not settings.inbox.exists():
        return []
    found = (p for p in settings.inbox.iterdir() if p.is_file() and not p.name.startswith("."))
    return sorted(p for p in found if p.name.lower().endswith(ENDINGS))
