"""A sign-in by JupyterHub or LTI ends only in the browser that began it: the `state` is compared."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from rolecall.workshop.app import create_app
from rolecall.workshop.service import Service
from rolecall.workshop.settings import Settings


class FakeHub:
    """JupyterHub's side of OAuth: the user who returns with the code is Ines, an instructor."""

    prefix = ""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def login(self) -> tuple[str, str]:
        state = f"state-{len(self.codes)}-{id(object())}"
        return f"https://hub.example/oauth?state={state}", state

    def user_of_code(self, code: str) -> dict[str, object]:
        self.codes.append(code)
        return {"name": "ines"}

    def user_of_token(self, token: str) -> None:
        return None

    def is_instructor(self, user: dict[str, object]) -> bool:
        return True


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def browser(tmp_path, course, hub, monkeypatch) -> Iterator[TestClient]:
    monkeypatch.setattr("rolecall.workshop.app.hub_of", lambda _: hub)
    service = Service(Settings(data=tmp_path / "data"), course, "Room")
    with TestClient(create_app(service), follow_redirects=False) as client:
        yield client


def begin(browser: TestClient) -> str:
    """Start to sign in; return the state that the Hub is asked to send back."""
    away = browser.get("/login")
    return away.headers["location"].partition("state=")[2]


def test_a_hub_sign_in_that_this_browser_began_opens_the_dashboard(browser, hub):
    state = begin(browser)

    back = browser.get("/oauth_callback", params={"code": "c", "state": state})

    assert (back.status_code, back.headers["location"], hub.codes) == (303, "/", ["c"])
    assert "rolecall-instructor" in back.cookies


@pytest.mark.parametrize("state", ["", "guessed"])
def test_a_hub_sign_in_with_another_state_is_refused_before_its_code_is_used(browser, hub, state):
    begin(browser)

    back = browser.get("/oauth_callback", params={"code": "attackers-code", "state": state})

    assert (back.status_code, hub.codes) == (403, [])
    assert "set-cookie" not in back.headers


def test_a_hub_sign_in_that_no_browser_began_is_refused(browser, hub):
    back = browser.get("/oauth_callback", params={"code": "attackers-code", "state": ""})

    assert (back.status_code, hub.codes) == (403, [])


def test_the_prefix_without_its_slash_leads_to_the_service_whatever_the_host_header_says(browser):
    browser.app.root_path = "/services/rolecall"

    away = browser.get("/services/rolecall", headers={"Host": "evil.example"})

    assert (away.status_code, away.headers["location"]) == (307, "/services/rolecall/")
