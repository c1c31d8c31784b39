"""Alerts on their way out: lines of a file, or a request to a web address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from data.errors import InputError

Record = dict[str, Any]
TIMEOUT_S = 10
PRINTED = "printed"


class _Stay(HTTPRedirectHandler):
    """What is sent goes to the address that was named, and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def place_of(file: Path | None, url: str | None) -> str:
    """The name under which deliveries to a file or web address are remembered. Addresses may hold secrets, so of them
    only a digest is kept."""
    if file is not None:
        return f"file {file.resolve()}"
    return f"webhook {sha256(url.encode()).hexdigest()[:16]}" if url else PRINTED


def checked_url(url: str) -> str:
    """The address, if it is one that alerts can be sent to."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise InputError(f"The webhook '{url}' is no web address. It has to begin with http:// or https://.")
    return url


def send(url: str, alerts: Sequence[Record], *, data_version: int, timeout_s: float = TIMEOUT_S) -> None:
    """POST {"data_version", "alerts"} as JSON. Raises InputError, in one sentence, unless it was taken (2xx)."""
    body = json.dumps({"data_version": data_version, "alerts": list(alerts)}, ensure_ascii=False).encode()
    request = Request(checked_url(url), body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")
    host = urlsplit(url).hostname
    kept = "Nothing counts as delivered; the same alerts go out with the next run."
    try:
        with build_opener(_Stay).open(request, timeout=timeout_s):
            return
    except HTTPError as error:
        raise InputError(f"The webhook at {host} answered {error.code} {error.reason}. {kept}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"The webhook at {host} could not be reached ({reason}). {kept}") from error


def append(file: Path, alerts: Sequence[Record]) -> None:
    """One line of JSON for each alert, behind what the file holds. Raises InputError where it cannot be written."""
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(alert, ensure_ascii=False) + "\n" for alert in alerts)
    except OSError as error:
        raise InputError(
            f"The file {file} cannot be written ({error.strerror or error}). Choose another place."
        ) from error
