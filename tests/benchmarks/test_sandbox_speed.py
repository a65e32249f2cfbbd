"""An enforced call beside the same call to moto's own server, which decides nothing.

`uv run pytest tests/benchmarks/test_sandbox_speed.py --benchmark-only -n0` reports both in one run.
"""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
import pytest

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


def test_a_sandbox_is_ready(benchmark):
    def open_and_close() -> None:
        Sandbox("reports").close()

    benchmark.pedantic(open_and_close, rounds=3)


def test_a_sandbox_is_reset(benchmark, clients):
    with Sandbox("reports") as sandbox:
        benchmark(sandbox.reset)
