"""A launch in a frame where Chromium keeps no cookies: the platform's storage takes their place."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from playwright.sync_api import Browser, expect

from programs import find_chromium
from rolecall.check import CHROMIUM_ARGUMENTS
from workshop.learning_platform import CLAIM, KEY, LEARNER
from workshop.running import Running, start_workshop

pytestmark = [pytest.mark.slow, pytest.mark.browser]
STORAGE = """
const kept = {};
addEventListener("message", ({data, source, origin}) => {
  if (data.subject === "lti.put_data") kept[data.key] = data.value;
  const answer = {subject: data.subject + ".response", message_id: data.message_id, key: data.key,
                  value: kept[data.key]};
  setTimeout(() => source.postMessage(answer, origin), data.subject === "lti.get_data" ? BUSY_MS : 0);
});
"""
FORM = """<form method="post" action="{redirect_uri}"><input name="id_token" value="{token}">
<input name="state" value="{state}"></form><script>document.forms[0].submit()</script>"""


class Site:
    """A platform's site: the page of a course, and the login page."""

    def __init__(self) -> None:
        site = self
        self.tool = ""

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = getattr(site, parts.path.strip("/"))(
                    dict(parse_qsl(parts.query, keep_blank_values=True))
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Another site than the service's, which is at 127.0.0.1.
        self.url = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keys(self, _: dict[str, str]) -> str:
        return json.dumps({"keys": [KEY.as_dict(private=False)]})

    def course(self, asked: dict[str, str]) -> str:
        """A page that keeps data for a tool, and is busy for some milliseconds; without them, it keeps none."""
        storage = STORAGE.replace("BUSY_MS", asked["busy"]) if asked["busy"] else ""
        query = f"iss={self.url}&client_id=rolecall&login_hint=7&lti_storage_target=_parent"
        return f'<script>{storage}</script><iframe src="{self.tool}/lti/login?{query}"></iframe>'

    def auth(self, asked: dict[str, str]) -> str:
        claims = {
            "iss": self.url,
            "aud": "rolecall",
            "sub": "user-7",
            "name": "Ana",
            "nonce": asked["nonce"],
            "exp": int(time.time()) + 300,
            f"{CLAIM}/version": "1.3.0",
            f"{CLAIM}/message_type": "LtiResourceLinkRequest",
            f"{CLAIM}/deployment_id": "1",
            f"{CLAIM}/roles": [LEARNER],
        }
        token = jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims, KEY, algorithms=["RS256"])
        return FORM.format(**asked, token=token)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def tool(site, tmp_path_factory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("storage")
    addresses = {f"{name}_url": f"{site.url}/{path}" for name, path in (
        ("login", "auth"), ("token", "token"), ("keys", "keys"))}  # fmt: skip
    platform = {"issuer": site.url, "client_id": "rolecall", "deployments": ["1"], **addresses}
    (folder / "platforms.json").write_text(json.dumps([platform]))
    running = start_workshop(folder, ROLECALL_WORKSHOP_PLATFORMS=str(folder / "platforms.json"))
    site.tool = running.url
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """Chromium with all sites in one process.

    Playwright sometimes loses sight of a frame that goes from one site's process to another's and back.
    """
    arguments = [*CHROMIUM_ARGUMENTS, "--disable-site-isolation-trials"]
    launched = browser.browser_type.launch(executable_path=find_chromium(), args=arguments)
    yield launched
    launched.close()


@pytest.mark.parametrize(
    ("busy", "shown"),
    [("0", "Welcome, Ana"), ("4000", "Welcome, Ana"), ("", "Open in a new window")],
    ids=["storage", "busy", "none"],
)
def test_a_learner_comes_in_a_frame_without_cookies(site, tool, browser: Browser, busy, shown):
    context = browser.new_context()
    page = context.new_page()

    page.goto(f"{site.url}/course?busy={busy}")

    # Without secure cookies, Chromium keeps none in a frame of another site.
    expect(page.frame_locator("iframe").get_by_text(shown)).to_be_visible(timeout=60_000)
    assert context.cookies() == []
    context.close()
