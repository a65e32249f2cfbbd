"""`rolecall workshop`: the service for instructors and assessors."""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import click

from rolecall._extras import MissingExtra, require_extra
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.cli._progress_bar import progress_bar
from rolecall.cli._workshop_data import data, grades, roster
from rolecall.course import NoCourse, find_course
from rolecall.workshop._posix import NeedsPosix, require_posix

_TURN = 0.0005
"""Seconds for which one thread computes while another waits; Python's 5 ms are too long for a service.

The thread that writes gives its turn away with each statement, and would wait so long for each next one.
"""

_YOUNG_OBJECTS = 20_000
_IDLE = 30
"""Seconds for which a connection stays open without a request: a learner needs so long for a question."""


@click.group("workshop")
def command() -> None:
    """Run a workshop: a live dashboard and graded quizzes.

    Environment variables configure where the service keeps its data: ROLECALL_WORKSHOP_DATA is the folder
    of the SQLite database and the signing key, ROLECALL_WORKSHOP_DATABASE the URL of another database, and
    ROLECALL_WORKSHOP_SECRETS_DIR a folder of files with such values.
    """


command.add_command(roster)
command.add_command(data)
command.add_command(grades)


@command.command()
@click.option("--name", default="Workshop", show_default=True, help="The room's name.")
@course_option
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for a classroom's network.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--new-link", is_flag=True, help="Create a new link for the instructor; the old link stops working."
)
@click.option(
    "--open",
    "open_assessments",
    is_flag=True,
    help="Let learners who joined with only a display name take graded assessments.",
)
@click.option(
    "--instructor",
    "instructors",
    multiple=True,
    help="With JupyterHub: a user or group of instructors.",
)
def serve(
    name: str,
    course: Path | None,
    host: str,
    port: int,
    new_link: bool,
    open_assessments: bool,
    instructors: tuple[str, ...],
) -> None:
    """Open a room, print its join code and the instructor's link, and serve until Ctrl-C."""
    try:
        require_posix()
        require_extra("workshop", "The workshop service", "fastapi", "limits", "uvicorn")
    except (MissingExtra, NeedsPosix) as error:
        raise Unusable(str(error)) from None
    with progress_bar() as on_step:
        on_step("Loading the workshop's service", 0, 3)
        import uvicorn  # noqa: PLC0415

        from rolecall.workshop._connections import allow_many_connections, limited_protocol  # noqa: PLC0415
        from rolecall.workshop.app import create_app  # noqa: PLC0415
        from rolecall.workshop.database import Unavailable  # noqa: PLC0415
        from rolecall.workshop.service import Service  # noqa: PLC0415
        from rolecall.workshop.settings import Settings  # noqa: PLC0415

        on_step("Opening the room", 1, 3)
        try:
            settings = Settings(open_assessments=True) if open_assessments else Settings()
            service = Service(settings, find_course(course), name)
        except (NoCourse, OSError) as error:
            raise Unusable(str(error)) from None
        except Unavailable as error:
            raise Unusable(f"the database cannot be used: {error}") from None
        on_step("Opening the room", 2, 3)
        app = create_app(service, instructors)
    under_hub = app.state.authenticator.hub is not None
    # The Hub's proxy runs on the same machine.
    proxies = settings.trusted_proxies or ("127.0.0.1" if under_hub else "")
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        # Without a proxy, a caller could write any address into X-Forwarded-For.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        http=limited_protocol(frozenset(one.strip() for one in proxies.split(","))),
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=5,
        # No route is a WebSocket, and a connection that changed its protocol would escape the limits.
        ws="none",
    )
    allow_many_connections()
    sys.setswitchinterval(_TURN)
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    base = os.environ.get("JUPYTERHUB_SERVICE_URL") if under_hub else None
    address = base or f"http://{host}:{listening.getsockname()[1]}"
    click.echo(_welcome(service, address, new_link=new_link, under_hub=under_hub))
    sys.stdout.flush()
    # A collection among all objects of a class takes half a second, in which no one gets a response. Nearly
    # all garbage is young, and what exists now stays.
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 100)
    # uvicorn shuts down, and then raises the signal that stopped it again.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _welcome(service: Any, address: str, *, new_link: bool, under_hub: bool) -> str:
    from rolecall.workshop.rooms import new_instructor_token  # noqa: PLC0415
    from rolecall.workshop.tables import Room  # noqa: PLC0415

    token = service.instructor_token
    with service.database.session() as session:
        room = session.get_one(Room, service.room)
        if new_link and token is None:
            token = new_instructor_token(session, room)
        lines = [f"{room.name} is open at {address}"]
        if not under_hub:
            lines.append(f'Learners:   from rolecall import join; join("{room.code}", "{address}")')
            old = "the link from the first start still works; --new-link creates another"
            lines.append(f"Instructor: {f'{address}/login#{token}' if token else old}")
    return "\n".join(lines)


@command.command()
@click.argument("receipt", type=click.File("r"))
@click.option(
    "--key", "key_file", type=click.Path(exists=True, path_type=Path), help="The public key, JWK."
)
@click.option("--url", help="The address of a service to get the public key from.")
def verify(receipt: Any, key_file: Path | None, url: str | None) -> None:
    """Check RECEIPT, a file or - for standard input, and print what it says.

    Exit status: 0 for a valid receipt, 1 for an invalid one.
    """
    from rolecall.workshop.receipts import BadReceipt  # noqa: PLC0415
    from rolecall.workshop.receipts import verify as verified  # noqa: PLC0415

    if (key_file is None) == (url is None):
        raise Unusable("give the public key with either --key FILE or --url ADDRESS")
    try:
        if key_file is not None:
            key = json.loads(key_file.read_text("utf-8"))
        else:
            with urlopen(f"{str(url).rstrip('/')}/api/key", timeout=10) as answer:
                key = json.load(answer)
    except (OSError, ValueError) as error:
        raise Unusable(f"the public key cannot be read: {error}") from None
    try:
        read = verified(receipt.read(), key)
    except BadReceipt as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{read.person} submitted {read.assessment}, attempt {read.number}, at {read.submitted}.")
    click.echo(f"Room: {read.room}. Answers: HMAC-SHA-256 {read.answers}.")
