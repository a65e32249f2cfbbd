"""An enforced call beside the same call to moto's own server, which decides nothing.

`uv run pytest tests/benchmarks/test_sandbox_speed.py --benchmark-only -n0` reports both in one run.
"""

import http.client
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from rolecall import Sandbox


@pytest.fixture(scope="module")
def moto_endpoint():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{endpoint}/moto-api/").close()
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    yield endpoint
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def clients(moto_endpoint):
    with Sandbox("reports") as sandbox:
        yield {
            "sandbox": sandbox.session(actor="dana"),
            "moto": boto3.Session("key", "secret", region_name="us-east-1"),
            "endpoint": moto_endpoint,
        }


def client(clients, where: str, service: str):
    options = {"endpoint_url": clients["endpoint"]} if where == "moto" else {}
    return clients[where].client(service, **options)


@pytest.mark.parametrize("where", ["moto", "sandbox"])
@pytest.mark.benchmark(group="sts:GetCallerIdentity")
def test_get_caller_identity(benchmark, clients, where):
    assert benchmark(client(clients, where, "sts").get_caller_identity)["Arn"]


@pytest.mark.parametrize("where", ["moto", "sandbox"])
@pytest.mark.benchmark(group="s3:ListAllMyBuckets")
def test_list_buckets(benchmark, clients, where):
    assert "Buckets" in benchmark(client(clients, where, "s3").list_buckets)


def test_a_sandbox_is_reset(benchmark, clients):
    with Sandbox("reports") as sandbox:
        benchmark(sandbox.reset)


CALLS = 10


def _ask_many_times(endpoint: str, body: str, headers: dict[str, str]) -> None:
    """One client's calls, over one connection."""
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    for _ in range(CALLS):
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()


@pytest.mark.parametrize("where", ["moto", "sandbox"])
@pytest.mark.benchmark(group="32 clients at once, sts:GetCallerIdentity")
def test_thirty_two_clients_at_once(benchmark, clients, where):
    endpoint = clients["endpoint"] if where == "moto" else clients["sandbox"]._endpoint
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", f"{endpoint}/", headers=headers, data=body)
    SigV4Auth(clients["sandbox"].get_credentials(), "sts", "us-east-1").add_auth(request)
    signed = dict(request.headers.items())

    def all_at_once() -> None:
        with ThreadPoolExecutor(32) as pool:
            for sent in [pool.submit(_ask_many_times, endpoint, body, signed) for _ in range(32)]:
                sent.result()

    benchmark.pedantic(all_at_once, rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="ready: the import of boto3 and moto, and a whole sandbox")
def test_importing_boto3_and_moto(benchmark):
    program = "import boto3, moto.server, moto.iam.models, moto.s3.models"
    command = [sys.executable, "-c", program]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=3)


@pytest.mark.benchmark(group="ready: the import of boto3 and moto, and a whole sandbox")
def test_a_sandbox_is_ready(benchmark):
    made = []
    benchmark.pedantic(lambda: made.append(Sandbox("reports")), rounds=3)
    for sandbox in made:
        sandbox.close()
