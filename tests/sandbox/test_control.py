"""The control API says what is wrong with a request, and never fails with a 500."""

import json
import math
import urllib.error
import urllib.request

import pytest
from werkzeug.test import Client

from rolecall import Sandbox
from rolecall.sandbox._web import WebService

WORLD = """\
world: federated
accounts:
  main:
    id: "111122223333"
    users: {ada: {}}
    oidc_providers: {ci: {url: "https://ci.example", client_ids: [sts.amazonaws.com]}}
    saml_providers: {okta: {entity_id: "https://okta.example"}}
actors: {ada: {user: main/ada}}
"""
TOKEN = {"issuer": "ci", "subject": "me", "audience": "sts.amazonaws.com"}
ASSERTION = {"provider": "okta", "subject": "me", "role": "arn:aws:iam::111122223333:role/r"}


@pytest.fixture(scope="module")
def federated(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "federated.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


def send(lab, method, path, body=None, token=None) -> tuple[int, object]:
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = urllib.request.Request(
        lab._control.url + path,
        method=method,
        data=data,
        headers={"Authorization": f"Bearer {token or lab._control.token}"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]


BAD_REQUESTS = [
    ("POST", "/clock", {}, "advance_seconds: Field required"),
    (
        "POST",
        "/clock",
        {"advance_seconds": -1},
        "advance_seconds: Input should be greater than or equal to 0",
    ),
    ("POST", "/clock", {"advance_seconds": "soon"}, "advance_seconds: Input should be a valid number"),
    ("POST", "/clock", {"advance_seconds": 1e300}, "advance_seconds: Input should be less than or equal"),
    ("POST", "/clock", b'{"advance_seconds": NaN}', "advance_seconds: Input should be a finite number"),
    ("POST", "/clock", {"advance_seconds": None}, "advance_seconds: Input should be a valid number"),
    ("POST", "/clock", {"advance_second": 1}, "advance_second: Extra inputs are not permitted"),
    ("POST", "/clock", [1], "Input should be an object"),
    ("POST", "/clock", b"advance", "Invalid JSON"),
    ("POST", "/clock", b"\xff", "Invalid JSON"),
    ("POST", "/clock", b"[" * 50_000, "Invalid JSON"),
    ("PUT", "/clock", {}, "time: Field required"),
    ("PUT", "/clock", {"time": "2026-11-26T12:00:00"}, "time: Input should have timezone info"),
    ("PUT", "/clock", {"time": "9999-12-31T23:59:59-01:00"}, "time: Input should be less than or equal to"),
    ("PUT", "/clock", {"time": "0001-01-01T00:00:00+01:00"}, "time: Input should be greater than or equal"),
    ("POST", "/token", {}, "issuer: Field required"),
    ("POST", "/token", TOKEN | {"lasting_seconds": "x"}, "lasting_seconds: Input should be a valid number"),
    ("POST", "/token", TOKEN | {"lasting_seconds": 1e18}, "lasting_seconds: Input should be less than"),
    ("POST", "/token", TOKEN | {"lasting_seconds": math.inf}, "lasting_seconds: Input should be"),
    ("POST", "/token", TOKEN | {"lasting_seconds": -60}, "lasting_seconds: Input should be greater than"),
    ("POST", "/token", TOKEN | {"claims": [1]}, "claims: Input should be an object"),
    ("POST", "/token", TOKEN | {"subject": 7}, "subject: Input should be a valid string"),
    ("POST", "/token", TOKEN | {"subject": "\ud800"}, "Invalid JSON"),
    ("POST", "/assertion", ASSERTION | {"lasting_seconds": []}, "lasting_seconds: Input should be a valid"),
    ("POST", "/assertion", ASSERTION | {"attributes": {"a": 1}}, "attributes.a"),
    ("POST", "/assertion", ASSERTION | {"subject": "\x00"}, "The assertion can't be written"),
    ("GET", "/decisions?last=all", None, "last must be a number from 0 to 999999999, not 'all'"),
    ("GET", "/decisions?last=%C2%B2", None, "last must be a number"),
    ("GET", "/decisions?last=" + "9" * 30, None, "last must be a number"),
    ("GET", "/calls?after=-1", None, "after must be a number"),
]


@pytest.mark.parametrize(("method", "path", "body", "problem"), BAD_REQUESTS)
def test_a_bad_request_is_answered_with_what_is_wrong(federated, method, path, body, problem):
    status, error = send(federated, method, path, body)

    assert status == 400
    assert problem in error


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "problem"),
    [
        ("GET", "/nowhere", None, 404, "not found"),
        ("GET", "/clock", None, 405, "not allowed"),
        ("POST", "/clock", b" " * 70_000, 413, "exceeds the capacity limit"),
        ("POST", "/token", TOKEN | {"issuer": "gh"}, 404, "no OIDC issuer 'gh'. Its issuers: ci."),
        (
            "POST",
            "/assertion",
            ASSERTION | {"provider": "gh"},
            404,
            "no SAML provider 'gh'. Its providers: okta.",
        ),
        ("GET", "/mfa?actor=ada", None, 404, "'ada' is not a user with an MFA device"),
    ],
)
def test_what_does_not_exist_is_named(federated, method, path, body, status, problem):
    answered, error = send(federated, method, path, body)

    assert answered == status
    assert problem in error


@pytest.mark.parametrize("token", ["wrong", "\xe9"])
def test_another_token_is_rejected(federated, token):
    assert send(federated, "GET", "/decisions", token=token) == (
        401,
        "The request needs the header Authorization: Bearer TOKEN.",
    )


def test_good_requests_are_answered(federated):
    assert send(federated, "POST", "/clock", {"advance_seconds": 0})[0] == 200
    assert send(federated, "POST", "/token", TOKEN | {"claims": {"a": [1]}})[0] == 200
    assert send(federated, "POST", "/assertion", ASSERTION | {"attributes": {"a": ["b"]}})[0] == 200
    assert send(federated, "PUT", "/clock", {"time": "2026-11-26T12:00:00+01:00"}) == (
        200,
        {"time": "2026-11-26T11:00:00Z"},
    )
    assert send(federated, "POST", "/reset")[0] == 200


def test_a_fault_is_an_error_with_a_message(caplog):
    def fail(request):
        raise ZeroDivisionError("a fault inside")

    answer = Client(WebService([("GET", "/", fail)])).get("/")

    assert (answer.status_code, answer.json["error"].partition(".")[0]) == (500, "The sandbox failed")
    assert "a fault inside" in caplog.text


def test_a_connection_that_a_service_resets_gets_no_response():
    def reset(request):
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        Client(WebService([("GET", "/", reset)])).get("/")


@pytest.mark.parametrize("minutes", [math.inf, math.nan, -1])
def test_a_token_is_valid_for_a_finite_time(federated, minutes):
    with pytest.raises(ValueError, match="minutes must be a finite number"):
        federated.web_identity_token("ci", subject="me", minutes=minutes)
    with pytest.raises(ValueError, match="minutes must be a finite number"):
        federated.saml_assertion("okta", subject="me", role=ASSERTION["role"], minutes=minutes)
