"""JupyterHub with Rolecall's service: `jupyterhub -f deploy/jupyterhub_config.py` serves a class.

As it stands, each of the machine's own users may sign in (PAM), and the users and groups in
ROLECALL_INSTRUCTORS see the dashboard. What differs from place to place comes from the environment.
"""

import os
import sys
from pathlib import Path

import rolecall

c = get_config()  # noqa: F821 - JupyterHub gives it

# https://jupyterhub.readthedocs.io/en/stable/reference/services.html
INSTRUCTORS = os.environ.get("ROLECALL_INSTRUCTORS", "instructor").split(",")
SERVICE = "rolecall"
PORT = int(os.environ.get("ROLECALL_SERVICE_PORT", "8765"))

c.JupyterHub.bind_url = os.environ.get("ROLECALL_HUB_URL", "http://127.0.0.1:8000")
c.JupyterHub.hub_bind_url = os.environ.get("ROLECALL_HUB_BIND_URL", "http://127.0.0.1:8081")
c.JupyterHub.db_url = os.environ.get("ROLECALL_HUB_DATABASE", "sqlite:///jupyterhub.sqlite")
c.ConfigurableHTTPProxy.api_url = os.environ.get("ROLECALL_PROXY_API_URL", "http://127.0.0.1:8001")
c.ConfigurableHTTPProxy.should_start = True

# With PAM a password of the machine's is wanted. Elsewhere say who may: allowed_users, an OAuthenticator.
c.Authenticator.allow_all = True

# Each learner's JupyterLab opens a copy of the course in their own home, which is brought up to date first.
COURSE = "rolecall-course"
START = (
    'P=$1; shift; "$P" -m rolecall lab --copy-only --dir ~/"$0" && exec "$P" -m jupyterhub.singleuser "$@"'
)
c.Spawner.cmd = ["sh", "-c", START, COURSE, sys.executable]
# JupyterLab asks nobody about news.
c.Spawner.args = [f"--LabApp.app_settings_dir={Path(rolecall.__file__).parent / 'cli' / 'lab_settings'}"]
c.Spawner.notebook_dir = f"~/{COURSE}"
# A learner's server can take longer than 30 s to answer when a class starts together.
c.Spawner.http_timeout = 120
c.Spawner.default_url = "/lab/tree/index.ipynb"
c.Spawner.environment = {
    # Within the machine, past the proxy: kernels ask the service where it listens.
    "ROLECALL_WORKSHOP_URL": f"http://127.0.0.1:{PORT}/services/{SERVICE}",
}

c.JupyterHub.services = [
    {
        "name": SERVICE,
        "url": f"http://127.0.0.1:{PORT}",
        "command": [
            *(sys.executable, "-m", "rolecall", "workshop", "serve", "--port", str(PORT)),
            *(option for name in INSTRUCTORS for option in ("--instructor", name)),
        ],
        # Only the environment of the service names its database, so that no notebook sees it.
        "environment": {
            name: value for name, value in os.environ.items() if name.startswith("ROLECALL_WORKSHOP_")
        },
        "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": ["read:users:groups!user"],
    }
]

c.JupyterHub.load_roles = [
    {
        "name": "user",
        # Everybody may reach the service; what each may do there it decides itself.
        "scopes": ["self", f"access:services!service={SERVICE}"],
    },
    {
        # A notebook's own token opens the service in its user's name.
        "name": "server",
        "scopes": [
            "users:activity!user",
            "access:servers!server",
            f"access:services!service={SERVICE}",
            "read:users:name!user",
            "read:users:groups!user",
        ],
    },
]
