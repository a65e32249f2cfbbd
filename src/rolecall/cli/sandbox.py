"""`rolecall sandbox`: serve a sandbox for any AWS client."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from rolecall._yaml import BadFile, read_yaml
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.course import NoCourse, find_course
from rolecall.sandbox.build import UnbuildableWorld
from rolecall.sandbox.server import PortInUse, Server, announce_json, serve
from rolecall.sandbox.world_file import load_world


@click.group()
def command() -> None:
    """Serve a sandbox for any AWS client."""


@command.command("serve")
@click.option(
    "--world", required=True, metavar="NAME_OR_FILE", help="The name of a world of the course, or a file."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; by default, any free one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON once the sandbox listens.")
@course_option
@click.option("--until-eof", is_flag=True, help="Also stop when standard input ends.")
def serve_command(world: str, port: int, as_json: bool, course: Path | None, until_eof: bool) -> None:
    """Serve a world on loopback until SIGINT or SIGTERM.

    The sandbox also stops when the program that started it and read its output through a pipe has ended,
    even if that program was killed.
    """
    try:
        file = _file(world, course)
        # This process deletes the files of the kernel, because a kernel can be killed.
        with TemporaryDirectory(prefix="rolecall-", ignore_cleanup_errors=True) as files:
            serve(
                load_world(file),
                port,
                partial(announce_json, files=files) if as_json else _announce,
                watch_stdin=until_eof,
            )
    except (BadFile, NoCourse) as error:
        raise Unusable(str(error)) from None
    except UnbuildableWorld as error:
        document = read_yaml(file)
        faults = [document.fault(where, problem) for where, problem in error.problems]
        raise Unusable(str(BadFile(faults))) from None
    except PortInUse as error:
        raise Unusable(f"{error} Without --port, the sandbox uses a free one.") from None
    # The process ends now. Python would first look for cycles among all of its objects, for seconds.
    gc.freeze()


def _file(world: str, course: Path | None) -> Path:
    path = Path(world)
    is_path = path.suffix in (".yaml", ".yml") or path.is_file()
    return path if is_path else find_course(course).world(world)


def _announce(server: Server) -> None:
    description = server.description()
    click.echo(f"Serving {server.world.title or server.world.world} at {description['endpoint']}")
    click.echo(f"  control: {description['control']['url']}  token: {description['control']['token']}")
    for name, actor in description["actors"].items():
        access = [value for field, value in actor.items() if field not in ("arn", "account")]
        click.echo(f"  {name}: {actor['arn']}  {'  '.join(access)}")
    click.echo("Press Ctrl-C to stop it.")
