from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind
from rolecall.widgets import dashboard


def test_it_tells_what_was_learned(tmp_path):
    store = Store(tmp_path / "progress.sqlite3")
    for score in (1.0, 1.0, 0.0):
        store.record(
            "practice/a/5",
            Entry(
                EntryKind.ANSWERED, "q", "a", score == 1, score, "trust <policies>", "" if score else "m"
            ),
        )

    shown = dashboard(store)

    assert "3 answers, 2 right. Streak: 1 day. Flash cards due: 0." in shown.html()
    assert "trust &lt;policies&gt;" in shown.html()
    assert "m: 1 time" in shown.html()
    assert shown.plot()["data"]["values"][0]["label"] == "2 of 3"


def test_before_the_first_answer_it_says_so(tmp_path):
    assert (
        dashboard(Store(tmp_path / "progress.sqlite3")).html()
        == "<p>You haven't answered a question yet.</p>"
    )
