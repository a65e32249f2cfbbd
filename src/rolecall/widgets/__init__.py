"""The widgets and views that a learner uses in a notebook."""

from rolecall.presentation.home import Home
from rolecall.widgets._assessment import AssessmentCard, assessment
from rolecall.widgets._challenge import ChallengeCard, challenge
from rolecall.widgets._dashboard import Dashboard, dashboard
from rolecall.widgets._home import home
from rolecall.widgets._join import Workshop, join
from rolecall.widgets._plot import Plot, plot
from rolecall.widgets._practice import PracticeCard, practice
from rolecall.widgets._recall import RecallCard, recall
from rolecall.widgets._sequence import CallSequence, sequence
from rolecall.widgets._test_card import TestCard, test

__all__ = [
    "AssessmentCard",
    "CallSequence",
    "ChallengeCard",
    "Dashboard",
    "Home",
    "Plot",
    "PracticeCard",
    "RecallCard",
    "TestCard",
    "Workshop",
    "assessment",
    "challenge",
    "dashboard",
    "home",
    "join",
    "plot",
    "practice",
    "recall",
    "sequence",
    "test",
]
