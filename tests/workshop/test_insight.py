"""Item analysis, against numbers worked out by hand."""

import pytest

from rolecall.workshop.insight import Item, correlation, cronbach_alpha, insight


def test_cronbachs_alpha_of_a_small_table():
    """Column variances 0.25 + 0.25 + 0.25 (n - 1: 1/3 each), totals 3, 2, 1, 0 with variance 5/3.

    alpha = 3/2 · (1 - (1/4 + 1/3 + 1/4) / (5/3)) with columns 1110, 1100, 1000.
    """
    rows = [(1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 0)]

    assert cronbach_alpha(rows) == pytest.approx(1.5 * (1 - (1 / 4 + 1 / 3 + 1 / 4) / (5 / 3)))


@pytest.mark.parametrize("rows", [[], [(1, 1)], [(1,), (0,)], [(1, 0), (0, 1)]])
def test_alpha_is_none_where_it_says_nothing(rows):
    assert cronbach_alpha(rows) is None


def test_the_point_biserial_correlation():
    """Means of 7 and 3 around 5, deviation 5 ** 0.5, half right: (7 - 3) / 5 ** 0.5 · 0.5."""
    assert correlation([1, 1, 0, 0], [8, 6, 4, 2]) == pytest.approx((7 - 3) / 5**0.5 * 0.5)


def table(*rows: tuple[float, ...]) -> list[Item]:
    return [
        Item(f"learner-{who}", f"q{place}", score, f"answer-{score}")
        for who, row in enumerate(rows)
        for place, score in enumerate(row)
    ]


def test_difficulty_is_the_mean_score():
    analysis = insight(table((1, 1), (1, 0), (1, 0), (0.5, 0)))

    assert [one.difficulty for one in analysis.items] == [0.875, 0.25]


def test_discrimination_is_against_the_rest_of_the_paper():
    analysis = insight(table((1, 1, 1), (1, 1, 0), (0, 0, 1), (0, 0, 0)))

    # q0 against the means of q1 and q2: 1, 0.5, 0.5, 0.
    assert analysis.items[0].discrimination == pytest.approx(correlation([1, 1, 0, 0], [1, 0.5, 0.5, 0]))


def test_a_question_that_the_able_get_wrong_is_flagged():
    rows = [(0, 1, 1), (0, 1, 1), (0, 1, 1), (1, 0, 0), (1, 0, 0), (1, 0, 0)]

    analysis = insight(table(*rows))

    assert analysis.items[0].flags == (
        "learners with high scores are wrong more often than others: check the key",
    )
    assert analysis.items[1].flags == ()


@pytest.mark.parametrize(("score", "word"), [(1, "nearly every learner"), (0, "nearly no one")])
def test_a_question_that_all_or_none_get_right_is_flagged(score, word):
    analysis = insight(table(*[(score, place % 2) for place in range(6)]))

    assert analysis.items[0].flags[0].startswith(word)
    assert analysis.items[0].discrimination is None


def test_few_answers_are_not_judged():
    assert insight(table((1, 1), (1, 0))).items[0].flags == ()


def test_a_distractor_is_listed_with_the_ability_of_those_who_chose_it():
    items = [
        Item("a", "q", 1, "right"),
        Item("a", "other", 1),
        Item("b", "q", 0, "wrong", "role-is-a-user"),
        Item("b", "other", 0),
        Item("c", "q", 0, "wrong", "role-is-a-user"),
        Item("c", "other", 1),
    ]

    (_, q) = insight(items).items

    assert q.answers == (("wrong", 2, 0.5), ("right", 1, 1.0))
    assert q.misconceptions == (("role-is-a-user", 2),)


def test_an_assessment_without_attempts_has_an_empty_analysis():
    analysis = insight([])

    assert (analysis.learners, analysis.mean, analysis.alpha, analysis.items) == (0, 0.0, None, ())
