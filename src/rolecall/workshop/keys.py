"""Create the service's private keys, each in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def load_or_create_key(file: Path, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Read a key, or create it if there is none.

    If two processes create it at the same time, both read the same key.

    Parameters
    ----------
    file
        The key as JWK.
    make
        Creates a new key.
    """
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(dict(make())), encoding="utf-8")
        try:
            os.link(beside, file)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    read = json.loads(file.read_text("utf-8"))
    assert isinstance(read, dict)
    return read
