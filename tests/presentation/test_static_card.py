"""A card as it reads on GitHub."""

from rolecall.presentation.static_card import static_html

CARD = {"mode": "practice", "title": "Roles"}
QUESTION = {"prompt": "<p>Complete it.</p>", "difficulty": "easy", "verdict": ""}


def html(content: dict) -> str:
    return static_html({**CARD, "question": {**QUESTION, "content": content}})


def test_the_text_of_a_question_with_blanks_has_its_gaps():
    pieces = [{"text": '{"Effect": "', "blank": "effect"}, {"text": '"}', "blank": None}]

    assert "{&quot;Effect&quot;: &quot;____&quot;}" in html({"pieces": pieces, "tokens": []})


def test_a_policy_to_write_shows_what_it_starts_with():
    assert "<pre><code>{}</code></pre>" in html({"starter": "{}"})
