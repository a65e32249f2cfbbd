"""Registrations at learning platforms are read again when their file changes."""

import json
import os

import pytest
from pydantic import ValidationError

from rolecall.workshop.platform_registrations import PlatformFile


def write(file, *issuers: str) -> None:
    before = file.stat().st_mtime_ns if file.exists() else 0
    addresses = {f"{name}_url": "https://moodle.example.edu/x" for name in ("login", "token", "keys")}
    platforms = [
        {"issuer": one, "client_id": "rolecall", "deployments": ["1"], **addresses} for one in issuers
    ]
    file.write_text(json.dumps(platforms))
    # The change counts even on a file system with coarse times.
    os.utime(file, ns=(before + 10**9, before + 10**9))


def test_a_platform_that_is_added_is_known_without_a_restart(tmp_path):
    file = tmp_path / "platforms.json"
    write(file, "https://one.example")
    registrations = PlatformFile(file)

    write(file, "https://one.example", "https://two.example")

    assert [one.issuer for one in registrations()] == ["https://one.example", "https://two.example"]


def test_a_mistake_in_a_changed_file_is_logged_and_changes_nothing(tmp_path, caplog):
    file = tmp_path / "platforms.json"
    write(file, "https://one.example")
    registrations = PlatformFile(file)

    file.write_text("[{")
    os.utime(file, ns=(1, 1))

    assert [one.issuer for one in registrations()] == ["https://one.example"]
    assert "is not used as it is now" in caplog.text


def test_a_mistake_in_the_file_at_the_start_is_an_error(tmp_path):
    file = tmp_path / "platforms.json"
    file.write_text('[{"issuer": "x"}]')

    with pytest.raises(ValidationError, match="client_id"):
        PlatformFile(file)
