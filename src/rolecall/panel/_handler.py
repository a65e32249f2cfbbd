"""The addresses from which the panel reads where the learner is, and about the open notebook's sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import IOLoop

from rolecall.panel._outline_answer import outline_answer
from rolecall.panel._sandbox_answer import sandbox_answer


class _OutlineHandler(APIHandler):  # type: ignore[misc]
    def initialize(self, root: Path) -> None:
        self._root = root

    @web.authenticated
    async def get(self) -> None:
        # Reading the course and the answers takes longer than the server's event loop should wait.
        answer = await IOLoop.current().run_in_executor(None, outline_answer, self._root)
        self.finish(answer.model_dump_json())


class _SandboxHandler(APIHandler):  # type: ignore[misc]
    def initialize(self, root: Path) -> None:
        self._root = root

    @web.authenticated
    async def get(self) -> None:
        path = self.get_query_argument("path")
        answer = await IOLoop.current().run_in_executor(None, sandbox_answer, self._root, path)
        self.finish(answer.model_dump_json())


def handlers(base_url: str, root: Path) -> list[tuple[str, type[APIHandler], dict[str, Any]]]:
    """Return the handlers of the panel for a server.

    Parameters
    ----------
    base_url
        The beginning of the path of every address of the server.
    root
        The folder that JupyterLab's file browser shows first.
    """
    return [
        (url_path_join(base_url, "rolecall", name), handler, {"root": root})
        for name, handler in (("outline", _OutlineHandler), ("sandbox", _SandboxHandler))
    ]
