from typing import get_args

from rolecall.course import MODE_DESCRIPTIONS, Mode


def test_every_mode_has_a_description():
    assert set(MODE_DESCRIPTIONS) == set(get_args(Mode))
