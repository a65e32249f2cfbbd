import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "buckets"


@pytest.fixture
def course(tmp_path) -> Path:
    """A copy of a good course that has nothing to do with this repository's own."""
    folder = tmp_path / "buckets"
    shutil.copytree(EXAMPLE, folder)
    return folder
