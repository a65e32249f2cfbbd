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

    assert "3 answers, 2 right." in shown.html()
    assert "1 day in a row" in shown.html()
    assert "trust &lt;policies&gt;" in shown.html()
    assert "m (1×)" in shown.html()
    assert shown.plot()["data"]["values"][0]["label"] == "2 of 3"


def test_before_the_first_answer_it_says_so(tmp_path):
    html = dashboard(Store(tmp_path / "progress.sqlite3")).html()

    assert "You haven't answered a question yet." in html


def test_it_names_titles_and_no_ids(tmp_path):
    store = Store(tmp_path / "progress.sqlite3")
    answer = Entry(EntryKind.ANSWERED, "q", "a", False, 0.0, "trust-and-permission", "role-is-a-user")
    store.record("practice/a/5", answer)

    html = dashboard(store).html()

    assert "trust-and-permission" not in html
    assert "role-is-a-user" not in html
    assert "too few answers yet · 0 of 1" in html
