"""Parse a typed command with the AWS CLI's own parsers and botocore's models; nothing is run."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rolecall.quiz import Command, InvalidCommand

# Options that change how the output is shown or which endpoint is called, but not the request.
_DISPLAY_OPTIONS = (
    "--output",
    "--region",
    "--query",
    "--color",
    "--cli-read-timeout",
    "--cli-connect-timeout",
)
_DISPLAY_FLAGS = ("--no-cli-pager", "--no-paginate")
_MAX_CHARACTERS = 4000


def words_of(text: str) -> list[str]:
    """Split a command into words as a POSIX shell does; a backslash continues a line.

    Raises
    ------
    InvalidCommand
        If a quotation mark isn't closed, or the text isn't a command of the AWS CLI.
    """
    if len(text) > _MAX_CHARACTERS:
        raise InvalidCommand(f"the command is longer than {_MAX_CHARACTERS} characters")
    try:
        words = shlex.split(text.strip().replace("\\\n", " "))
    except ValueError as error:
        raise InvalidCommand(f"a shell cannot parse this: {error}") from None
    if not words or words[0] != "aws":
        raise InvalidCommand("a command of the AWS CLI starts with aws")
    return words


@lru_cache(maxsize=1024)
def read_command(text: str) -> Command:
    """Parse a command into the service, the operation, and the parameters of its request.

    Raises
    ------
    InvalidCommand
        If the AWS CLI would reject the command; with its message.
    """
    words, profile = _without_display_options(words_of(text)[1:])
    output = io.StringIO()
    with _LOCK:
        driver, requests = _driver()
        requests.clear()
        with (
            contextlib.redirect_stderr(output),
            contextlib.redirect_stdout(output),
            contextlib.suppress(SystemExit),
        ):
            driver.main(words)
        if requests:
            command = requests[0]
            return replace(command, parameters={**command.parameters, **profile})
    lines = [line.strip() for line in output.getvalue().splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "nvalid" in line]
    raise InvalidCommand(
        (errors or lines or ["the command has no operation"])[-1].removeprefix("aws: error: ")
    )


# The driver and the redirection of standard output belong to the whole process.
_LOCK = threading.Lock()


def _without_display_options(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Drop the options that only change how the output is shown; return the profile separately."""
    kept: list[str] = []
    profile: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name == "--profile":
            profile["--profile"] = value if equals else next(rest, "")
        elif name in _DISPLAY_OPTIONS:
            if not equals:
                next(rest, None)
        elif word not in _DISPLAY_FLAGS:
            kept.append(word)
    return kept, profile


@lru_cache(maxsize=1)
def _driver() -> tuple[Any, list[Command]]:
    """Build an AWS CLI that records requests instead of sending them, and has no other commands.

    Returns
    -------
    tuple
        The CLI's driver, and the list that it appends each request to.
    """
    # The CLI sets AWS_DATA_PATH for the whole process, which would mislead another version of the CLI.
    data_path = os.environ.get("AWS_DATA_PATH")
    from awscli.clidriver import CLIDriver, ServiceCommand, ServiceOperation, create_clidriver
    from awscli.paramfile import register_uri_param_handler

    requests: list[Command] = []

    class Recorder:
        def invoke(self, service: str, operation: str, parameters: dict[str, Any], options: Any) -> int:
            requests.append(Command(service, operation, parameters))
            return 0

    def only_services(command_table: dict[str, Any], **others: Any) -> None:
        for name in [name for name, one in command_table.items() if not isinstance(one, ServiceCommand)]:
            del command_table[name]

    def only_operations(command_table: dict[str, Any], event_name: str, **others: Any) -> None:
        if event_name == "building-command-table.main":
            return
        for name, one in list(command_table.items()):
            if isinstance(one, ServiceOperation):
                one._operation_caller = Recorder()
            else:
                del command_table[name]

    driver: CLIDriver = create_clidriver()
    # A value such as file://policy.json stays as it is: a command must not read the grader's files. Our own
    # handler for the same event isn't enough: the CLI calls every handler, and then takes one result.
    driver.session.unregister("session-initialized", register_uri_param_handler)
    driver.session.get_component("data_loader")
    os.environ.pop("AWS_DATA_PATH", None)
    if data_path is not None:
        os.environ["AWS_DATA_PATH"] = data_path
    # With --debug, each command would add handlers to this process's loggers, which would stay there.
    driver.session.set_stream_logger = lambda *arguments, **options: None
    events = driver.session.get_component("event_emitter")
    events.register_last("building-command-table.main", only_services)
    events.register_last("building-command-table", only_operations)
    return driver, requests
