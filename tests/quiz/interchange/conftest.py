import pytest
from click.testing import CliRunner

from rolecall.cli._main import main


@pytest.fixture
def cli():
    """Runs the command and gives its exit status."""

    def run(*arguments: str) -> int:
        return CliRunner().invoke(main, arguments).exit_code

    return run
