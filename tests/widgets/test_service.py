"""The connection to the service: one request that fails costs no other."""

import json

import httpx
import pytest

from rolecall.widgets._service import Client, Sender, ServiceError


@pytest.fixture
def received(monkeypatch) -> list:
    """What a service gets that takes everything."""
    requests = []

    def take(request: httpx.Request) -> httpx.Response:
        requests.append(json.loads(request.content))
        return httpx.Response(200, json={})

    made = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **options: made(transport=httpx.MockTransport(take), **options)
    )
    return requests


@pytest.mark.parametrize("value", ["half an emoji: \ud83d", float("nan"), {"\udc00": 1}])
def test_a_value_that_has_no_json_is_refused_with_a_message(received, value):
    with pytest.raises(ServiceError, match="a character that can't be saved") as refused:
        Client("http://service").ask("PUT", "/api/x", {"given": value})

    assert refused.value.code == "bad-input"
    assert received == []


def test_saving_goes_on_after_half_an_emoji(received):
    progress = []
    client, sender = Client("http://service"), Sender(progress.append)

    for given in ("half an emoji: \ud83d", "a fox: 🦊"):
        sender.send(lambda given=given: client.ask("PUT", "/api/x", {"given": given}))

    assert sender.wait(20)
    assert received == [{"given": "a fox: 🦊"}]
    assert "not saved: the answer has a character that can't be saved; remove it" in progress
