"""`rolecall lab`: open the learner's own copy of the course in JupyterLab."""

from __future__ import annotations

import os
import signal
import socket
import sys
from itertools import chain
from pathlib import Path

import click

from rolecall._processes import call_when_unattended
from rolecall._yaml import BadFile
from rolecall.cli._course_option import course_option
from rolecall.cli._fail import Unusable
from rolecall.cli._home_pages import write_home_pages
from rolecall.cli._progress_bar import progress_bar
from rolecall.course import Course, Lesson, NoCourse, find_course
from rolecall.course.working_copy import HOME_PAGE, CannotWrite, CopiedFile, copy_course
from rolecall.panel import LABEXTENSIONS

_HOST = "127.0.0.1"
_SETTINGS = Path(__file__).parent / "lab_settings"


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("rolecall-course"),
    show_default="./rolecall-course",
    help="Your working folder.",
)
@course_option
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port; by default, the first free one from 8888."
)
@click.option("--no-browser", is_flag=True, help="Print the address, but don't open a browser.")
@click.option("--copy-only", is_flag=True, help="Only copy the course, for a JupyterLab of your own.")
def command(folder: Path, course: Path | None, port: int | None, no_browser: bool, copy_only: bool) -> None:
    """Open the home of the course in JupyterLab.

    The notebooks are copied to a folder of your own. What you change there is never overwritten: an updated
    lesson is put beside yours. Ctrl-C stops JupyterLab and everything that it started. So does closing
    the terminal, unless you start the command with nohup.
    """
    try:
        found = find_course(course, near=folder)
        first = _first_notebook(found)
        copied = copy_course(found, folder)
    except (BadFile, CannotWrite, NoCourse) as error:
        raise Unusable(str(error)) from None
    if port is not None and not _free(port):
        raise Unusable(f"port {port} is in use; name another with --port, or leave it out")
    _report_copies(copied, folder)
    try:
        _prepare(found, folder, copied)
    except BadFile as error:
        raise Unusable(str(error)) from None
    if copy_only:
        return
    # Cells that call `aws` get the command of this environment first.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    _start(folder.resolve(), first, port, no_browser=no_browser)


def _first_notebook(course: Course) -> str:
    lessons: list[Lesson] = course.lessons()
    if not lessons:
        raise NoCourse(f"{course.folder} has no lesson; create one with `rolecall new lesson`")
    if (course.folder / "lessons" / HOME_PAGE).is_file():
        return HOME_PAGE
    mode = next(iter(lessons[0].minutes))
    return f"{lessons[0].name}/{mode}.ipynb"


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _report_copies(copied: list[CopiedFile], folder: Path) -> None:
    for one in copied:
        if one.beside is not None:
            click.echo(
                f"{folder / one.beside} has your changes and stays as it is; "
                f"the updated lesson is {folder / one.path}"
            )
    if copied:
        click.echo(f"The course is in {folder}.")


def _prepare(course: Course, folder: Path, copied: list[CopiedFile]) -> None:
    """Write the home pages, and mark the course's notebooks as trusted, as `jupyter trust` does."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    notebooks = [folder / one.path for one in copied if one.path.suffix == ".ipynb"]
    count = len(notebooks) + len(course.lessons()) + 1
    with progress_bar() as on_step:
        for done, path in enumerate(chain(notebooks, write_home_pages(course, folder)), start=1):
            notary.sign(nbformat.read(path, as_version=4))
            on_step("Preparing the notebooks", done, max(done, count))


def _start(folder: Path, first: str, port: int | None, *, no_browser: bool) -> None:
    """Run JupyterLab in this process, so that it gets Ctrl-C and the end of the terminal."""
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp

    from rolecall.panel.forked_kernels import FORK_SERVER, PROVISIONER, can_fork

    class _Server(ServerApp):  # type: ignore[misc]
        """Shuts down on SIGINT, with or without a terminal.

        Without a terminal, Jupyter's own server leaves SIGINT to Python, whose KeyboardInterrupt is lost
        if a callback swallows it.
        """

        def init_signal(self) -> None:
            super().init_signal()
            signal.signal(signal.SIGINT, self._signal_stop)

        def init_webapp(self) -> None:
            # Otherwise each page asks whether JupyterLab must be built, and the server runs Node.js.
            self.tornado_settings["page_config_data"] = {"buildAvailable": False, "buildCheck": False}
            super().init_webapp()

    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{first}",
        f"--LabApp.app_settings_dir={_SETTINGS}",
        f"--LabApp.extra_labextensions_path={LABEXTENSIONS}",
        "--ServerApp.jpserver_extensions=rolecall.panel=True",
        f"--ServerApp.ip={_HOST}",
        f"--ServerApp.open_browser={not no_browser}",
        "--ServerApp.answer_yes=True",
    ]
    if can_fork():
        FORK_SERVER.start()
        arguments.append(f"--KernelProvisionerFactory.default_provisioner_name={PROVISIONER}")
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container there is often only root; the server listens on loopback only.
        arguments.append("--ServerApp.allow_root=True")
    call_when_unattended(lambda: os.kill(os.getpid(), signal.SIGTERM))
    # A subclass of LabApp would be registered as another extension.
    LabApp.serverapp_class = _Server
    LabApp.launch_instance(arguments)
