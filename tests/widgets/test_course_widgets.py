"""What leads through the course, and draws what happened in it."""

import re

import pytest
from lxml import etree

from rolecall.course import NoCourse, find_course
from rolecall.progress import Store
from rolecall.quiz import Entry, EntryKind, load_bank
from rolecall.sandbox.metadata_log import MetadataRequest
from rolecall.sandbox.trail_entries import TrailEntry
from rolecall.widgets import CallSequence, Home, Plot, home, practice

USER = "arn:aws:iam::111122223333:user/dana"
SESSION = "arn:aws:sts::111122223333:assumed-role/reader/q1"


def entry(number: int, who: str, action: str, decision: str = "Allowed") -> TrailEntry:
    return TrailEntry(
        number, "2026-01-01T00:00:00Z", who, action, "arn:aws:s3:::b/<k>", decision, "because", ""
    )


@pytest.fixture
def calls() -> CallSequence:
    return CallSequence(
        [
            entry(1, USER, "s3:GetObject", "ImplicitlyDenied"),
            entry(2, USER, "sts:AssumeRole"),
            entry(3, SESSION, "s3:GetObject"),
        ]
    )


def drawing(html: str) -> etree._Element:
    return etree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])


def test_a_sequence_shows_as_many_calls_as_it_has_steps(calls):
    assert calls.html(1).count("<path") == 1
    assert calls.html(3).count("<path") == 3
    assert calls.html(3).count("<tr>") == 4


def test_a_sequence_tells_in_words_what_it_draws(calls):
    label = drawing(calls.html(2)).get("aria-label")

    assert label == "user/dana asks s3:GetObject: denied; user/dana asks sts:AssumeRole: allowed"


def test_lifelines_stand_from_the_first_step_so_that_nothing_jumps(calls):
    first, last = (drawing(calls.html(steps)) for steps in (1, 3))

    assert first.get("viewBox") == last.get("viewBox")
    names = [one.text for one in first.iter("text") if one.get("font-weight")]
    assert names == ["user/dana", "reader/q1", "S3", "STS"]


def test_the_name_of_a_participant_has_two_lines_only_if_it_is_long():
    session = "arn:aws:sts::111122223333:assumed-role/reports-reader/look-at-q1"

    drawn = drawing(
        CallSequence([entry(1, USER, "s3:GetObject"), entry(2, session, "s3:GetObject")]).html(2)
    )

    names = {one.text: one.get("y") for one in drawn.iter("text") if one.get("font-weight")}
    assert names == {"user/dana": "28", "S3": "28", "reports-reader/": "14", "look-at-q1": "28"}


def test_a_denied_call_is_marked_by_more_than_color(calls):
    (line,) = [one for one in drawing(calls.html(1)).iter("line") if one.get("stroke-width")]

    assert line.get("stroke-dasharray")
    assert "✘ GetObject" in calls.html(1)


def test_a_narrow_table_breaks_an_action_after_its_service(calls):
    assert "sts:<wbr>AssumeRole on b/<wbr>&lt;k&gt;" in calls.html(3)


def test_what_a_call_named_is_text_and_no_markup(calls):
    assert "<k>" not in calls.html(3)
    assert "&lt;k&gt;" in calls.html(3)


def test_there_is_a_drawing_for_each_step_and_the_last_is_shown(calls):
    assert [frame.count("<path") for frame in calls.frames] == [1, 2, 3]
    assert calls.step == 3


def test_requests_of_metadata_stand_between_the_calls_in_their_order():
    asked = [
        MetadataRequest(1, "web-1", "GET", "/latest/meta-data/iam/security-credentials/", False, 401),
        MetadataRequest(1, "web-1", "PUT", "/latest/api/token", False, 200),
        MetadataRequest(1, "web-1", "GET", "/latest/meta-data/iam/security-credentials/web", True, 200),
    ]

    drawn = CallSequence([entry(1, USER, "s3:GetObject"), entry(2, SESSION, "s3:GetObject")], asked)

    rows = drawn.html(5).split("<tr>")[2:]
    assert ["metadata" if "/latest/" in one else "call" for one in rows] == [
        *("call", "metadata", "metadata", "metadata", "call"),
    ]
    assert "A token is required." in rows[1]
    assert "A token for this machine alone." in rows[2]
    assert "With the token: the role&#x27;s credentials." in rows[3]


def test_a_sandbox_without_calls_says_so():
    assert "No call was made" in CallSequence([]).html(1)


def test_a_plot_has_its_values_as_text_too():
    plot = Plot([{"roles": 1, "ms": 3}, {"roles": 2, "ms": 5}], x="roles", y="ms")

    bundle = plot._repr_mimebundle_()

    assert bundle["text/plain"] == "roles  ms\n1      3\n2      5"
    assert "text/html" not in bundle
    assert bundle["application/vnd.vegalite.v5+json"]["data"]["values"] == plot.rows


def test_several_lines_differ_in_shape_too_and_have_one_legend():
    plot = Plot([{"x": 1, "y": 2, "way": way} for way in "bab"], x="x", y="y", by="way")

    drawn = plot.specification()

    assert drawn["layer"][1]["encoding"]["shape"]["field"] == "way"
    # Vega merges the legends of two scales with the same domain.
    assert drawn["encoding"]["color"]["scale"] == {"domain": ["b", "a"]}
    assert drawn["layer"][1]["encoding"]["shape"]["scale"] == {"domain": ["b", "a"]}


def test_a_row_without_a_name_is_reported():
    with pytest.raises(ValueError, match="row 1 has no 'ms'; it has roles"):
        Plot([{"roles": 1, "ms": 3}, {"roles": 2}], x="roles", y="ms")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "progress.sqlite3")


def test_a_lessons_home_groups_its_ten_modes_and_the_test(store):
    html = Home(find_course(), "01-temporary-access", store)._repr_html_()

    assert re.findall(r"<h4>(\w+)</h4>", html) == ["Understand", "Do", "Prove"]
    assert len(re.findall(r'<a class="rc-tile[^>]*href="\w+\.ipynb"', html)) == 10
    assert "Start: Why" in html
    assert "Test</b>" in html


def test_the_courses_home_links_every_lesson_and_says_where_to_start(store):
    course = find_course()

    html = Home(course, None, store)._repr_html_()

    for lesson in course.lessons():
        assert f'href="{lesson.name}/index.ipynb"' in html
    assert 'href="01-temporary-access/why.ipynb">Start</a>' in html
    assert "flash cards" not in html


def test_home_continues_where_the_learner_stopped(store):
    question = load_bank(find_course().bank("assume-role")).questions[0].id
    store.record("practice/assume-role/5", Entry(EntryKind.ANSWERED, question, "x", True, 1.0))
    store.record("task/two-hours", Entry(EntryKind.ANSWERED, "two-hours", "", True, 1.0))

    html = Home(find_course(), None, store)._repr_html_()

    assert "1 of 45 questions · 1 of 8 tasks" in html
    assert "Continue where you stopped" in html
    assert 'href="01-temporary-access/project.ipynb">Continue</a>' in html
    assert "🔥 1 day in a row" in html
    assert "flash cards are due" in html


def test_home_as_text_names_titles(store):
    assert repr(Home(find_course(), "01-temporary-access", store)).startswith("Why: 3 minutes\nLearn: ")


def test_an_unknown_lesson_is_reported():
    with pytest.raises(
        NoCourse, match="there is no lesson '01-temporary'; did you mean 01-temporary-access"
    ):
        home("01-temporary")


def test_practice_of_some_kinds_asks_those_only(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLECALL_DATA", str(tmp_path))

    card = practice("assume-role", kinds=["order"])

    assert {one.kind for one in card._practice.questions} == {"order"}
    with pytest.raises(ValueError, match=r"has no question of these kinds; it has blanks, choice"):
        practice("assume-role", kinds=["orders"])
