import threading
from datetime import date, timedelta

import pytest

from rolecall.presentation.dashboard import DashboardContent, dashboard_html
from rolecall.progress import Report, Store
from rolecall.quiz import Entry, EntryKind
from rolecall.widgets import dashboard
from rolecall.widgets._dashboard import _Follower


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "progress.sqlite3")
    yield opened
    opened.close()


def answer(store, *, right=True, skill="trust-and-permission", misconception=""):
    entry = Entry(EntryKind.ANSWERED, "q", "a", right, float(right), skill, misconception)
    store.record("practice/a/5", entry)


def test_it_tells_what_was_learned(store):
    for right in (True, True, False):
        answer(store, right=right, skill="trust <policies>", misconception="" if right else "m")

    html = dashboard(store).html()

    assert "3 answers, 2 right." in html
    assert "1 day in a row" in html
    assert "trust &lt;policies&gt;" in html
    assert "m (1×)" in html
    assert "3 answers on 1 day" in html


def test_before_the_first_answer_it_says_so_and_what_to_do(store):
    html = dashboard(store).html()

    assert "You haven't answered a question yet." in html
    assert 'href="01-temporary-access/why.ipynb"' in html


def test_it_names_titles_and_no_ids(store):
    answer(store, right=False, misconception="role-is-a-user")

    html = dashboard(store).html()

    assert "trust-and-permission" not in html
    assert "role-is-a-user" not in html
    assert "too few answers yet · 0 of 1" in html


def test_an_idea_to_revisit_shows_the_calls_that_refute_it(store):
    answer(store, right=False, misconception="anyone-is-my-account")

    html = dashboard(store).html()

    assert "run this in a cell" in html
    assert "Sandbox" in html


def test_each_lesson_with_a_challenge_has_a_badge(store):
    answer(store)

    html = dashboard(store).html()

    assert html.count("☆") == 3
    assert "★" not in html


def test_the_activity_has_a_square_for_each_day_of_twelve_weeks():
    today = date(2026, 11, 26)
    days = ((today - timedelta(days=100), 9, 9), (today, 20, 11))
    report = Report(29, 20, 1, (), (), 0, days)

    html = dashboard_html(DashboardContent(report, today))

    # Thursday is the fourth day of the twelfth week.
    assert html.count('<span class="rc-level-') == 11 * 7 + 4
    assert 'rc-level-3" title="November 26: 20"' in html
    assert "20 answers on 1 day" in html


def test_it_follows_answers_that_are_saved_elsewhere(store, monkeypatch):
    monkeypatch.setattr("rolecall.widgets._dashboard._PAUSE", 0.01)
    answer(store)
    shown, changed = dashboard(store), threading.Event()
    follower = _Follower()
    follower.follow(store, lambda: shown.refresh() and changed.set())

    elsewhere = Store(store.path)
    answer(elsewhere)

    assert changed.wait(timeout=30)
    follower.stop()
    elsewhere.close()
    assert "2 answers, 2 right." in shown.html()
