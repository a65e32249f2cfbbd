"""What a learner sees in a notebook."""

from rolecall.widgets._challenge import ChallengeCard, challenge
from rolecall.widgets._dashboard import Dashboard, dashboard
from rolecall.widgets._practice import PracticeCard, practice
from rolecall.widgets._recall import RecallCard, recall
from rolecall.widgets._test import TestCard, test

__all__ = [
    "ChallengeCard",
    "Dashboard",
    "PracticeCard",
    "RecallCard",
    "TestCard",
    "challenge",
    "dashboard",
    "practice",
    "recall",
    "test",
]
