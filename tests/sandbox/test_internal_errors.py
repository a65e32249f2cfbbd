"""A fault of the sandbox itself is an error of AWS's, and is logged."""

import http.client
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from rolecall.sandbox.moto_gaps import Gaps
from rolecall.sandbox.server import Server
from rolecall.sandbox.world import World

WORLD = {
    "world": "faulty",
    "accounts": {
        "main": {
            "id": "111122223333",
            "users": {"ada": {"managed_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]}},
        }
    },
    "actors": {"ada": {"user": "main/ada"}},
}


@pytest.fixture(scope="module")
def running_server():
    server = Server(World.model_validate(WORLD))
    yield server
    server.close()


@pytest.fixture
def server(running_server, monkeypatch):
    def fail(gaps, call):
        raise ZeroDivisionError("a fault inside")

    monkeypatch.setattr(Gaps, "validate", fail)
    return running_server


def keys(server):
    actor = server.description()["actors"]["ada"]
    return {name: actor[name] for name in ("access_key_id", "secret_access_key")}


def client(server, service):
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
        **{f"aws_{name}": value for name, value in keys(server).items()},
    )


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InternalFailure"),
        ("sqs", "list_queues", "InternalFailure"),
        ("lambda", "list_functions", "InternalFailure"),
        ("s3", "list_buckets", "InternalError"),
        ("ec2", "describe_regions", "InternalError"),
    ],
)
def test_a_fault_is_an_internal_error_in_the_protocol_of_the_service(
    server, caplog, service, operation, code
):
    with pytest.raises(ClientError) as raised:
        getattr(client(server, service), operation)()

    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "a fault inside" in caplog.text


def test_the_connection_stays_open_after_a_fault(server):
    address = urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    request = AWSRequest(
        "POST",
        f"{server.endpoint}/",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        data=body,
    )
    given = keys(server)
    credentials = Credentials(given["access_key_id"], given["secret_access_key"])
    SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    connection.connect()
    socket = connection.sock

    for _ in range(2):
        connection.request("POST", "/", body, dict(request.headers.items()))
        assert connection.getresponse().read()

    assert connection.sock is socket
    connection.close()


def test_two_resets_run_one_after_the_other(running_server, monkeypatch):
    gateway, both_run, disturbed = running_server.gateway, Barrier(2, timeout=0.05), []

    def restore():
        # Without a lock, both resets come here before one of them has ended.
        with suppress(BrokenBarrierError):
            both_run.wait()
        disturbed.append(gateway._was_disturbed(gateway._resets))

    monkeypatch.setattr(gateway, "_restore", restore)
    resets = [Thread(target=gateway.reset) for _ in range(2)]
    for reset in resets:
        reset.start()
    for reset in resets:
        reset.join()

    assert disturbed == [True, True]
    assert not gateway._was_disturbed(gateway._resets)


def test_a_request_that_a_reset_disturbs_can_be_made_again(running_server, monkeypatch, caplog):
    def reset_and_fail(gaps, call):
        running_server.gateway.reset()
        raise KeyError("ada")

    monkeypatch.setattr(Gaps, "validate", reset_and_fail)
    iam = client(running_server, "iam")

    with pytest.raises(ClientError) as failed:
        iam.list_users()
    monkeypatch.undo()

    assert failed.value.response["Error"]["Code"] == "ServiceUnavailable"
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "KeyError" not in caplog.text
    assert iam.list_users()["Users"][0]["UserName"] == "ada"
