import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from rolecall.progress import Store, StoreError, default_path
from rolecall.quiz import Entry, EntryKind

ANSWER = Entry(EntryKind.ANSWERED, "banana", "Yellow", True)


def test_what_is_recorded_is_there_when_opened_again(tmp_path):
    Store(tmp_path / "progress.sqlite3").record("practice/fruit", ANSWER)

    assert Store(tmp_path / "progress.sqlite3").entries("practice/fruit") == [ANSWER]


def test_decks_do_not_mix_and_keep_their_order(tmp_path):
    store = Store(tmp_path / "progress.sqlite3")
    for deck, answer in [("a", "Red"), ("b", "Blue"), ("a", "Yellow")]:
        store.record(deck, Entry(EntryKind.ANSWERED, "banana", answer))

    assert [entry.answer for entry in store.entries("a")] == ["Red", "Yellow"]


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "progress.sqlite3"
    program = (
        "import sys; from pathlib import Path; from rolecall.progress import Store;"
        "from rolecall.quiz import Entry, EntryKind; store = Store(Path(sys.argv[1]));\n"
        "for number in range(1000):\n"
        "    store.record('a', Entry(EntryKind.ANSWERED, str(number))); print(number, flush=True)"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True)
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    acknowledged += [int(line) for line in rest.split()]

    kept = [int(entry.question) for entry in Store(path).entries("a")]

    assert kept[: len(acknowledged)] == acknowledged


def test_a_writer_waits_for_another(tmp_path):
    path = tmp_path / "progress.sqlite3"
    store = Store(path)
    store.record("a", ANSWER)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")

    store.record("a", ANSWER)

    assert len(store.entries("a")) == 2


def test_a_folder_that_cannot_be_written_is_reported_with_a_fix(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StoreError, match="name another one in ROLECALL_DATA"):
        Store(tmp_path / "file" / "progress.sqlite3").record("a", ANSWER)


def test_a_file_that_is_not_a_database_is_reported_and_left_alone(tmp_path):
    path = tmp_path / "progress.sqlite3"
    path.write_text("my own notes" * 100)

    with pytest.raises(StoreError, match="file is not a database"):
        Store(path).entries("a")

    assert path.read_text().startswith("my own notes")


def test_the_environment_may_name_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))

    assert default_path() == tmp_path / "progress.sqlite3"
