"""Reads a typed command with the AWS CLI's own parsers and botocore's models; runs nothing."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rolecall.quiz import Command, NoCommand

# They say how to show an answer or where to ask, not what is asked.
_WITH_VALUE = ("--output", "--region", "--query", "--color", "--cli-read-timeout", "--cli-connect-timeout")
_ALONE = ("--no-cli-pager", "--no-paginate")
_LONGEST = 4000


def words_of(text: str) -> list[str]:
    """The words of a command, as a POSIX shell splits them; line ends after a backslash included.

    Raises
    ------
    NoCommand
        For quotes that do not close, and for what is no command of the AWS CLI.
    """
    if len(text) > _LONGEST:
        raise NoCommand("a command of this length is none")
    try:
        words = shlex.split(text.strip().replace("\\\n", " "))
    except ValueError as error:
        raise NoCommand(f"the shell cannot read it: {error}") from None
    if not words or words[0] != "aws":
        raise NoCommand("a command of the AWS CLI begins with aws")
    return words


@lru_cache(maxsize=1024)
def read_command(text: str) -> Command:
    """What a command asks for.

    Raises
    ------
    NoCommand
        With the CLI's own words.
    """
    words, profile = _without_looks(words_of(text)[1:])
    told = io.StringIO()
    quietly = (contextlib.redirect_stderr(told), contextlib.redirect_stdout(told))
    with _ONE_AT_A_TIME:
        driver, asked = _driver()
        asked.clear()
        with quietly[0], quietly[1], contextlib.suppress(SystemExit):
            driver.main(words)
        if asked:
            command = asked[0]
            return replace(command, parameters={**command.parameters, **profile})
    lines = [line.strip() for line in told.getvalue().splitlines() if line.strip()]
    wrong = [line for line in lines if "error:" in line or "nvalid" in line]
    raise NoCommand((wrong or lines or ["it does not say what to do"])[-1].removeprefix("aws: error: "))


_ONE_AT_A_TIME = threading.Lock()


def _without_looks(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The words without those that say how to show the answer; and the profile apart."""
    kept: list[str] = []
    profile: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.partition("=")
        if name == "--profile":
            profile["--profile"] = value if equals else next(waiting, "")
        elif name in _WITH_VALUE:
            if not equals:
                next(waiting, None)
        elif word not in _ALONE:
            kept.append(word)
    return kept, profile


@lru_cache(maxsize=1)
def _driver() -> tuple[Any, list[Command]]:
    """The CLI, with a hand that writes down what it would call, and no command that does more."""
    # The CLI tells its data's folder to the whole environment, which would mislead another version.
    before = os.environ.get("AWS_DATA_PATH")
    from awscli.clidriver import CLIDriver, ServiceCommand, ServiceOperation, create_clidriver

    asked: list[Command] = []

    class Scribe:
        def invoke(self, service: str, operation: str, parameters: dict[str, Any], looks: Any) -> int:
            asked.append(Command(service, operation, parameters))
            return 0

    def only_services(command_table: dict[str, Any], **others: Any) -> None:
        for name in [name for name, one in command_table.items() if not isinstance(one, ServiceCommand)]:
            del command_table[name]

    def only_operations(command_table: dict[str, Any], event_name: str, **others: Any) -> None:
        if event_name == "building-command-table.main":
            return
        for name, one in list(command_table.items()):
            if isinstance(one, ServiceOperation):
                one._operation_caller = Scribe()
            else:
                del command_table[name]

    driver: CLIDriver = create_clidriver()
    driver.session.get_component("data_loader")
    os.environ.pop("AWS_DATA_PATH", None)
    if before is not None:
        os.environ["AWS_DATA_PATH"] = before
    events = driver.session.get_component("event_emitter")
    events.register_last("building-command-table.main", only_services)
    events.register_last("building-command-table", only_operations)
    # A text such as file://policy.json stays a text: no file of whoever grades is read.
    events.register_first("load-cli-arg", _as_it_is)
    return driver, asked


def _as_it_is(value: Any, **others: Any) -> Any:
    return value
