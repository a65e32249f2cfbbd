from iam.build import allow, decision, deny
from rolecall.iam import explain
from rolecall.presentation.explanation import call_explanation_html, explanation_html
from rolecall.sandbox.call_explanation import CallExplanation


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


def test_the_title_names_the_caller_and_the_action_and_a_role_to_assume_comes_first():
    role = "arn:aws:iam::111122223333:role/reports-reader"
    denied = CallExplanation(
        explain(decision(identity=[allow("sqs:*")])), allowed=False, error="AccessDenied", roles=(role,)
    )

    html = call_explanation_html(denied)

    request = denied.explanation.decision.request
    assert f"✘ Denied: {request.caller.name.split(':')[-1]} can't call {request.action}" in html
    assert html.index(f"A session of {role} can make this call") < html.index('class="rc-path"')
