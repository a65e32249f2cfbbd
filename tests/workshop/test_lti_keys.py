"""Launches are checked before a platform's keys are fetched, and no launch makes others wait or fail."""

import gzip
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from rolecall.workshop import _platform_requests, lti, platform_keys
from rolecall.workshop.lti import Platforms
from rolecall.workshop.lti_claims import LaunchError, MalformedLaunch
from rolecall.workshop.platform_registrations import Platform

ISSUER = "https://moodle.example.edu"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


def response(document: object, status: int = 200) -> httpx.Response:
    """A response that arrives in parts, as over a network."""
    return httpx.Response(status, content=iter([json.dumps(document).encode()]))


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, private=True, auto_kid=True)


class Moodle:
    """A platform, and a service that it launches."""

    def __init__(self, folder) -> None:
        self.key, self.fetched, self.status = new_key(), 0, 200
        registration = Platform.model_validate(
            {
                "issuer": ISSUER,
                "client_id": "rolecall",
                "deployments": ["1"],
                **{f"{name}_url": f"{ISSUER}/{name}" for name in ("login", "token", "keys")},
            }
        )
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.platforms = Platforms(lambda: [registration], folder / "lti.jwk", http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.fetched += 1
        return response({"keys": [self.key.as_dict(private=False)]}, self.status)

    def launch(self, key=None, key_id: str | None = "", **changed) -> lti.Launch:
        start = self.platforms.start({"iss": ISSUER, "client_id": "rolecall"}, "https://tool/launch")
        nonce = parse_qs(urlsplit(start.address).query)["nonce"][0]
        claims = {
            "iss": ISSUER,
            "aud": "rolecall",
            "sub": "7",
            "nonce": nonce,
            "exp": int(time.time()) + 300,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": "1",
        } | changed
        key = key or self.key
        header = {"alg": "RS256"} | ({} if key_id is None else {"kid": key_id or key.kid})
        token = jwt.encode(header, claims, key, algorithms=["RS256"])
        return self.platforms.launch(token, start.state)[0]


@pytest.fixture
def moodle(tmp_path) -> Moodle:
    return Moodle(tmp_path)


ODD = [
    {"aud": 5},
    {"aud": [["rolecall"]]},
    {"sub": {"a": 1}},
    {"sub": "x" * 300},
    {"sub": "a\0b"},
    {"name": ["Ana"]},
    {f"{CLAIM}roles": 7},
    {f"{CLAIM}roles": [["Learner"]]},
    {f"{CLAIM}custom": "midterm"},
    {"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": ["x"]},
    {"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"scope": 3}},
]


@pytest.mark.parametrize("changed", ODD, ids=json.dumps)
def test_a_claim_of_an_odd_type_is_malformed_and_fetches_no_keys(moodle, changed):
    with pytest.raises(MalformedLaunch):
        moodle.launch(**changed)

    assert moodle.fetched == 0


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "W10.e30.", "e30.bnVsbA."])
def test_a_text_that_is_no_token_is_malformed_and_fetches_no_keys(moodle, token):
    state = moodle.platforms.start({"iss": ISSUER}, "https://tool/launch").state

    with pytest.raises(MalformedLaunch):
        moodle.platforms.launch(token, state)

    assert moodle.fetched == 0


def test_a_launch_of_another_sign_in_fetches_no_keys(moodle):
    with pytest.raises(LaunchError, match="of another sign-in"):
        moodle.launch(nonce="another")

    assert moodle.fetched == 0


def test_the_keys_are_fetched_once_for_many_launches_and_for_unknown_keys(moodle):
    moodle.launch()
    for _ in range(5):
        with pytest.raises(LaunchError, match="cannot be trusted"):
            moodle.launch(new_key())
    moodle.launch()

    assert moodle.fetched == 1


def test_a_key_that_the_platform_rotated_is_fetched(moodle, monkeypatch):
    moodle.launch()
    moodle.key = new_key()
    monkeypatch.setattr(platform_keys, "_KEYS_AGAIN_SECONDS", -1.0)

    assert moodle.launch().subject == "7"
    assert moodle.fetched == 2


def test_a_platform_that_does_not_answer_is_asked_once_by_many_launches(moodle, monkeypatch):
    moodle.status = 503
    for _ in range(5):
        with pytest.raises(LaunchError, match="keys cannot be read"):
            moodle.launch()
    assert moodle.fetched == 1

    moodle.status = 200
    monkeypatch.setattr(platform_keys, "_KEYS_AGAIN_SECONDS", -1.0)
    assert moodle.launch().subject == "7"


def test_a_key_without_an_id_is_found_among_several(tmp_path):
    moodle = Moodle(tmp_path)
    other = new_key()
    documents = [one.as_dict(private=False) for one in (other, moodle.key)]
    for one in documents:
        one.pop("kid")
    moodle.platforms._keys._http = httpx.Client(
        transport=httpx.MockTransport(lambda _: response({"keys": documents}))
    )

    assert moodle.launch(key_id=None).subject == "7"


def endless():
    while True:
        yield b" " * 65_536


ODD_RESPONSES = {
    "without end": endless,
    "nested": lambda: [b"[" * 100_000],
    "compressed": lambda: [gzip.compress(b" " * 2**20)],
    "no keys": lambda: [b'{"keys": "all"}'],
    "a list": lambda: [b"[]"],
}


@pytest.mark.parametrize("parts", ODD_RESPONSES.values(), ids=ODD_RESPONSES)
def test_a_platform_that_answers_oddly_costs_only_its_own_launch(moodle, parts):
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter(parts()), headers={"Content-Encoding": "gzip"})

    moodle.platforms._keys._http = httpx.Client(transport=httpx.MockTransport(answer))

    with pytest.raises(LaunchError, match="keys cannot be read"):
        moodle.launch()


def test_a_platform_that_sends_its_keys_slowly_is_given_up(moodle, monkeypatch):
    monkeypatch.setattr(_platform_requests, "_SECONDS", -1.0)

    with pytest.raises(LaunchError, match="ReadTimeout"):
        moodle.launch()


def test_parameters_that_no_platform_sends_start_no_launch(moodle):
    with pytest.raises(MalformedLaunch, match="more than 4000 characters"):
        moodle.platforms.start({"iss": ISSUER, "login_hint": "x" * 4_000}, "https://tool/launch")
