"""What a course chooses for its check, in ``check.yaml`` beside ``lessons/``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

SETTINGS = "check.yaml"
"""The file of a course with its choices."""


class CheckSettings(BaseModel):
    """The thresholds of the rules for questions and texts.

    Parameters
    ----------
    shortest_rationale
        How many words a rationale needs.
    new_words_of_rationale
        How many words a rationale needs that its option doesn't have.
    fewest_options
        How many options a `choice` needs.
    given_away
        The share of the right option's own words with which a hint or a prompt gives it away.
    noise
        By how many standard deviations a count must be above chance to be reported.
    overlap
        The share of common words, from 0 to 1, above which two questions are near duplicates.
    verdict_power
        The smallest share of simulated tests that must tell a strong learner from a beginner.
    fewest_answers
        How many learners must have answered a question before it is compared with their answers.
    longest_sentence
        How many words a sentence may have.
    discouraged_words
        Words that texts shouldn't have, with what to write in their place; they replace Rolecall's list.
    texts_to_rewrite
        Files and folders whose words and sentences aren't reported yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shortest_rationale: int = Field(default=8, ge=0)
    new_words_of_rationale: int = Field(default=3, ge=0)
    fewest_options: int = Field(default=3, ge=2)
    given_away: float = Field(default=0.6, gt=0, le=1)
    noise: float = Field(default=2.5, gt=0)
    overlap: float = Field(default=0.8, gt=0, le=1)
    verdict_power: float = Field(default=0.85, ge=0, le=1)
    fewest_answers: int = Field(default=30, ge=1)
    longest_sentence: int = Field(default=30, ge=1)
    discouraged_words: dict[str, str] | None = None
    texts_to_rewrite: tuple[str, ...] = ()
