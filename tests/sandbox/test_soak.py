"""After many calls and many resets, the sandbox uses as much memory as before."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rolecall import Sandbox

READER = "arn:aws:iam::111122223333:role/reports-reader"
STS = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENTS = 4


def signed(lab, actor, service, method="POST", path="/", body=""):
    """A request that is signed once and good for a quarter of an hour."""
    keys = lab.environment(actor)
    request = AWSRequest(method, lab.endpoint + path, headers=STS if body else {}, data=body)
    credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, "us-east-1").add_auth(request)
    return method, path, body, dict(request.headers.items())


def send(lab, calls, times) -> list[int]:
    """Sends each call in turn, over one connection; the statuses that came back."""
    address = urlsplit(lab.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    statuses = []
    for number in range(times):
        method, path, body, headers = calls[number % len(calls)]
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses


@pytest.mark.slow
def test_memory_is_flat_over_twenty_thousand_calls():
    with Sandbox("reports") as lab:
        calls = [
            signed(lab, "dana", "sts", body="Action=GetCallerIdentity&Version=2011-06-15"),
            signed(lab, "dana", "s3", "GET", "/"),
            signed(lab, "eve", "iam", body="Action=ListUsers&Version=2010-05-08"),
            signed(lab, "eve", "s3", "GET", "/acme-reports/2026/q1.csv"),
        ]
        process = psutil.Process(lab._process.pid)

        def all_clients(times):
            with ThreadPoolExecutor(CLIENTS) as pool:
                sent = [pool.submit(send, lab, calls, times // CLIENTS) for _ in range(CLIENTS)]
                return [status for one in sent for status in one.result()]

        # The trail keeps the last ten thousand decisions, so memory grows until they are there.
        all_clients(12_000)
        before = process.memory_info().rss
        statuses = all_clients(20_000)
        after = process.memory_info().rss

        assert statuses.count(200) == 10_000
        assert statuses.count(403) == 10_000
        assert after < before * 1.05, f"{before / 2**20:.0f} MiB became {after / 2**20:.0f} MiB"


# moto's EC2 takes the most memory of all services.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "actor", "service", "operation", "times"),
    [("reports", "dana", "s3", "list_buckets", 100), ("servers", "admin", "ec2", "describe_vpcs", 10)],
)
def test_memory_is_flat_over_resets(world, actor, service, operation, times):
    with Sandbox(world) as lab:
        process, client = psutil.Process(lab._process.pid), lab.client(service, actor=actor)

        def memory_after_resets(times) -> int:
            for _ in range(times):
                getattr(client, operation)()
                lab.reset()
            return process.memory_info().rss

        before = memory_after_resets(min(20, times))
        after = memory_after_resets(times)

        assert after < before * 1.1, f"{before / 2**20:.0f} MiB became {after / 2**20:.0f} MiB"


ALONE = """
world: alone
accounts:
  main: {id: "111122223333", users: {admin: {managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}
actors: {admin: {user: main/admin}}
"""


@pytest.mark.slow
def test_accounts_that_a_reset_removes_take_no_memory(tmp_path):
    (tmp_path / "alone.yaml").write_text(ALONE)
    with Sandbox(tmp_path / "alone.yaml") as lab:
        process, client = psutil.Process(lab._process.pid), lab.client("organizations", actor="admin")

        def memory_after_organizations(times) -> int:
            for _ in range(times):
                client.create_organization()
                for number in range(9):
                    client.create_account(Email=f"a{number}@example.com", AccountName="a")
                lab.reset()
            return process.memory_info().rss

        before = memory_after_organizations(4)
        after = memory_after_organizations(4)

        assert after < before * 1.1, f"{before / 2**20:.0f} MiB became {after / 2**20:.0f} MiB"
