"""A real JupyterHub with its proxy, Rolecall's service and PostgreSQL, from the configuration that is shipped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from programs import JAVASCRIPT
from rolecall._ports import unused_port
from rolecall._processes import supervised

ROOT = Path(__file__).parents[2]
CONFIG = """
exec(compile(open({shipped!r}).read(), {shipped!r}, "exec"))
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "test"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.args = [*c.Spawner.args, "--allow-root"]
c.JupyterHub.cookie_secret_file = {folder!r} + "/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
"""


class Hub:
    """A running Hub."""

    def __init__(self, folder: Path, hub_database: str, database: str) -> None:
        public, inner, api, service = (unused_port() for _ in range(4))
        self.url, self.folder = f"http://127.0.0.1:{public}", folder
        self.homes = folder / "homes"
        (folder / "data").mkdir()
        config = folder / "jupyterhub_config.py"
        shipped = str(ROOT / "deploy" / "jupyterhub_config.py")
        config.write_text(CONFIG.format(shipped=shipped, homes=str(self.homes), folder=str(folder)))
        proxy = JAVASCRIPT / "node_modules" / ".bin"
        environment = os.environ | {
            "PATH": f"{proxy}{os.pathsep}{os.environ['PATH']}",
            "ROLECALL_HUB_URL": self.url,
            "ROLECALL_HUB_BIND_URL": f"http://127.0.0.1:{inner}",
            "ROLECALL_PROXY_API_URL": f"http://127.0.0.1:{api}",
            "ROLECALL_HUB_DATABASE": hub_database,
            "ROLECALL_SERVICE_PORT": str(service),
            "ROLECALL_INSTRUCTORS": "ines",
            "ROLECALL_WORKSHOP_DATA": str(folder / "data"),
            "ROLECALL_WORKSHOP_DATABASE": database,
        }
        # Each user's own, below their home.
        for name in ("ROLECALL_DATA", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
            environment.pop(name, None)
        self.log = folder / "hub.log"
        self.process = subprocess.Popen(
            supervised([sys.executable, "-m", "jupyterhub", "-f", str(config)]),
            env=environment,
            cwd=folder,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        self._wait(f"{self.url}/services/rolecall/api/key")

    def _wait(self, url: str) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if httpx.get(url, timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                continue
        self.stop()
        pytest.fail(f"JupyterHub did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
