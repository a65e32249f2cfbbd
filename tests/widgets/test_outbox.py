"""The answers of an attempt on the disk."""

import pytest

from rolecall.widgets._outbox import Outbox, SavedAnswer


def test_answers_come_back_by_place(tmp_path):
    outbox = Outbox(tmp_path / "new" / "outbox-1.json")
    answers = {0: SavedAnswer([1, 2], 3), 4: SavedAnswer({"outcome": "Allowed"}, 1)}

    outbox.write(answers)

    assert outbox.read() == answers
    # Other users of the machine can't read them.
    (file,) = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_is_left_after_the_attempt_is_handed_in(tmp_path):
    outbox = Outbox(tmp_path / "outbox-1.json")
    outbox.write({0: SavedAnswer("x", 1)})

    outbox.delete()
    outbox.delete()

    assert list(tmp_path.iterdir()) == []
    assert outbox.read() == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"0": 7}', '{"0": {"given": 1}}', '{"a": {"given": 1, "serial": 1}}']
)
def test_a_file_that_is_damaged_holds_no_answers(tmp_path, text):
    file = tmp_path / "outbox-1.json"
    file.write_text(text)

    assert Outbox(file).read() == {}
