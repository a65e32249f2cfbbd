"""The base class of errors whose message says what to do next."""


class LearnerError(Exception):
    """An error that a learner can fix; a notebook shows its message as a card."""
