from iam.build import allow, decision, deny
from rolecall.iam import explain
from rolecall.presentation.explanation import explanation_html


def test_the_html_marks_the_deciding_statement_and_escapes_what_it_shows():
    explanation = explain(
        decision(identity=[allow("sqs:*"), deny("s3:*", Sid="No")], context={"my:key": "<b>"})
    )

    html = explanation_html(explanation)

    assert html.count("<mark") == 1
    # What allowed the request is folded, and what denied it shows.
    assert html.count("<details open>") == 1
    assert '"No"' in html[html.index("<mark") : html.index("</mark>")]
    assert "<b>" not in html
    assert "denies" in html
