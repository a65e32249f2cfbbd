"""No AWS client of a sandbox, or of a kernel that acts as an actor, reaches another machine."""

import contextlib
import os
import socket
import subprocess

import boto3
import botocore.session
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointResolutionError

from rolecall import Sandbox
from rolecall.sandbox._kernel import KERNEL
from rolecall.sandbox.client import OutsideSandboxError

ACCOUNT = "111122223333"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
ACCESS_POINT = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/reports"
REAL = "https://s3.us-east-1.amazonaws.com"
ELSEWHERE = Config(proxies={"http": "http://proxy.example.com:3128"})
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "AKIA", "aws_secret_access_key": "secret"}
IGNORING = Config(ignore_configured_endpoint_urls=True)
WORLD = f"""\
world: offline
accounts:
  main:
    id: "{ACCOUNT}"
    users:
      admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
    roles:
      reader:
        trust:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{AWS: "{ACCOUNT}"}}, Action: sts:AssumeRole}}
    buckets:
      reports:
        objects: {{q1.csv: "region,total"}}
actors: {{admin: {{user: main/admin}}}}
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    file = tmp_path_factory.mktemp("world") / "offline.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """Every name but this machine's that anything tries to resolve; none is."""
    resolve, asked = socket.getaddrinfo, []

    def only_this_machine(host, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in ("127.0.0.1", "localhost"):
            asked.append(name)
            raise socket.gaierror(f"{name} is another machine")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", only_this_machine)
    yield asked
    assert asked == []


@pytest.fixture
def kernel(offline):
    """The kernel that acts as the administrator."""
    offline.use("admin")
    yield offline
    KERNEL.leave(offline)


def read(client):
    return client.get_object(Bucket="reports", Key="q1.csv")["Body"].read()


S3 = {
    "a client": lambda session: session.client("s3"),
    "a resource": lambda session: session.resource("s3").meta.client,
    "an object's client": lambda session: session.resource("s3").Object("reports", "q1.csv").meta.client,
    "a botocore client": lambda session: session._session.create_client("s3"),
    "another region": lambda session: session.client("s3", region_name="ap-southeast-2"),
    "no TLS": lambda session: session.client("s3", use_ssl=False),
    "ignored endpoints": lambda session: session.client("s3", config=IGNORING),
    "a proxy": lambda session: session.client("s3", config=ELSEWHERE),
    "virtual hosts": lambda session: session.client(
        "s3", config=Config(s3={"addressing_style": "virtual"})
    ),
    "dual-stack": lambda session: session.client("s3", config=Config(use_dualstack_endpoint=True)),
    "S3's dual-stack": lambda session: session.client(
        "s3", config=Config(s3={"use_dualstack_endpoint": True})
    ),
    "FIPS": lambda session: session.client("s3", config=Config(use_fips_endpoint=True)),
    "defaults by instance metadata": lambda session: session.client(
        "s3", config=Config(defaults_mode="auto")
    ),
}


@pytest.mark.parametrize("make", S3.values(), ids=S3)
def test_every_client_of_a_session_reads_from_the_sandbox(offline, make):
    client = make(offline.session(actor="admin"))

    assert client.meta.endpoint_url == offline.endpoint
    assert read(client) == b"region,total"


def test_a_client_of_another_partition_reaches_the_sandbox_where_its_keys_are_unknown(offline):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html: an account is scoped to one partition.
    client = offline.session(actor="admin").client("s3", region_name="cn-north-1")

    with pytest.raises(client.exceptions.ClientError, match="InvalidAccessKeyId"):
        read(client)
    assert client.meta.endpoint_url == offline.endpoint


def test_settings_of_the_environment_have_no_effect_on_a_session(offline, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text(f"[default]\nendpoint_url = {REAL}\nignore_configured_endpoint_urls = true\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", REAL)
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")

    assert read(offline.session(actor="admin").client("s3")) == b"region,total"


def test_a_waiter_asks_the_sandbox(offline):
    s3 = offline.session(actor="admin").client("s3")

    s3.get_waiter("object_exists").wait(Bucket="reports", Key="q1.csv")


def test_a_transfer_uses_the_sandbox(offline, tmp_path):
    bucket = offline.session(actor="admin").resource("s3").Bucket("reports")
    (tmp_path / "big").write_bytes(b"0" * 6_000_000)

    bucket.upload_file(str(tmp_path / "big"), "big", Config=TransferConfig(multipart_threshold=5_500_000))
    bucket.download_file("big", str(tmp_path / "copy"))

    assert (tmp_path / "copy").stat().st_size == 6_000_000


def test_a_presigned_url_is_the_sandboxs(offline):
    s3 = offline.session(actor="admin").client("s3")
    which = {"Bucket": "reports", "Key": "q1.csv"}

    assert s3.generate_presigned_url("get_object", Params=which).startswith(f"{offline.endpoint}/reports/")
    assert s3.generate_presigned_post(**which)["url"] == f"{offline.endpoint}/reports"


def test_a_session_with_credentials_from_sts_uses_the_sandbox(offline):
    sts = offline.client("sts", actor="admin")
    credentials = sts.assume_role(RoleArn=READER, RoleSessionName="reading")["Credentials"]

    session = offline.session(credentials=credentials)

    assert session.resource("iam").meta.client.meta.endpoint_url == offline.endpoint


@pytest.mark.parametrize("make", ["client", "resource"])
def test_a_session_has_no_client_for_a_real_endpoint(offline, make):
    with pytest.raises(OutsideSandboxError, match=r"amazonaws\.com isn't on this machine"):
        getattr(offline.session(actor="admin"), make)("s3", endpoint_url=REAL)


HOSTS = {
    "an access point": lambda session: session.client("s3").get_object(Bucket=ACCESS_POINT, Key="k"),
    "a presigned access point": lambda session: session.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": ACCESS_POINT, "Key": "k"}
    ),
}


@pytest.mark.parametrize("call", HOSTS.values(), ids=HOSTS)
def test_a_request_that_needs_its_own_host_name_is_an_error(offline, call):
    with pytest.raises(OutsideSandboxError):
        call(offline.session(actor="admin"))


def test_s3_control_has_the_sandboxs_endpoint(offline):
    control = offline.session(actor="admin").client("s3control")
    settings = {"BlockPublicPolicy": True}

    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=settings)
    found = control.get_public_access_block(AccountId=ACCOUNT)

    assert found["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    control.delete_public_access_block(AccountId=ACCOUNT)


def test_acceleration_is_an_error(offline):
    s3 = offline.session(actor="admin").client("s3", config=Config(s3={"use_accelerate_endpoint": True}))

    with pytest.raises(EndpointResolutionError):
        read(s3)


def test_a_host_prefix_is_left_out(offline):
    discovery = offline.session(actor="admin").client("servicediscovery")

    with contextlib.suppress(ClientError):  # whatever the sandbox answers, it was asked
        discovery.discover_instances(NamespaceName="n", ServiceName="s")


def test_a_token_for_a_database_is_no_request(offline):
    rds = offline.session(actor="admin").client("rds")

    token = rds.generate_db_auth_token("db.example.com", 3306, "dana")

    assert token.startswith("db.example.com:3306/?Action=connect")


@pytest.mark.slow
def test_every_service_has_the_sandboxs_endpoint(offline):
    session = offline.session(actor="admin")

    endpoints = {name: session.client(name).meta.endpoint_url for name in session.get_available_services()}

    assert set(endpoints.values()) == {offline.endpoint}


IN_KERNEL = {
    "a client": lambda: boto3.client("s3"),
    "a resource": lambda: boto3.resource("s3").meta.client,
    "a session": lambda: boto3.Session().client("s3"),
    "a session in another region": lambda: boto3.Session(region_name="eu-west-1").client("s3"),
    "a bare botocore session": lambda: botocore.session.Session().create_client("s3"),
    "botocore's own default": lambda: botocore.session.get_session().create_client("s3"),
    "virtual hosts": lambda: boto3.client("s3", config=Config(s3={"addressing_style": "virtual"})),
    "dual-stack": lambda: boto3.client("s3", config=Config(use_dualstack_endpoint=True)),
    "FIPS": lambda: boto3.client("s3", config=Config(use_fips_endpoint=True)),
    "defaults by instance metadata": lambda: boto3.client("s3", config=Config(defaults_mode="auto")),
}


@pytest.mark.parametrize("make", IN_KERNEL.values(), ids=IN_KERNEL)
def test_every_client_of_a_kernel_in_use_reads_from_the_sandbox(kernel, make):
    assert read(make()) == b"region,total"


def test_a_new_default_session_reads_from_the_sandbox(kernel):
    boto3.setup_default_session(region_name="eu-west-1")

    assert read(boto3.client("s3")) == b"region,total"


OUTSIDE = {
    "a real endpoint": lambda: read(boto3.client("s3", endpoint_url=REAL)),
    "a resource at a real endpoint": lambda: read(boto3.resource("s3", endpoint_url=REAL).meta.client),
    "ignored endpoints": lambda: read(boto3.client("s3", config=IGNORING)),
    "a proxy": lambda: read(boto3.client("s3", config=ELSEWHERE)),
    "a presigned URL": lambda: boto3.client("s3", endpoint_url=REAL).generate_presigned_url(
        "get_object", Params={"Bucket": "reports", "Key": "q1.csv"}
    ),
    "a presigned post": lambda: boto3.client("s3", endpoint_url=REAL).generate_presigned_post("b", "k"),
    "an access point": lambda: boto3.client("s3").get_object(Bucket=ACCESS_POINT, Key="k"),
    "anonymous": lambda: read(
        boto3.client("s3", endpoint_url=REAL, config=Config(signature_version=botocore.UNSIGNED))
    ),
}


@pytest.mark.parametrize("call", OUTSIDE.values(), ids=OUTSIDE)
def test_a_kernel_in_use_sends_nothing_elsewhere(kernel, call):
    with pytest.raises(OutsideSandboxError):
        call()


def test_a_client_from_before_sends_nothing_while_the_kernel_is_in_use(offline):
    before = boto3.client("s3", endpoint_url=REAL, **KEYS)
    offline.use("admin")

    with pytest.raises(OutsideSandboxError):
        read(before)

    KERNEL.leave(offline)


@pytest.fixture
def profiles(offline, tmp_path):
    """Files with a profile that assumes a role, one at a real endpoint, and one that ignores endpoints."""
    keys = offline.environment("admin")
    (tmp_path / "config").write_text(
        "[default]\n"
        f"aws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
        f"[profile reader]\nrole_arn = {READER}\nsource_profile = default\n"
        f"[profile real]\nendpoint_url = https://sts.us-east-1.amazonaws.com\nrole_arn = {READER}\n"
        "source_profile = default\n"
        f"[profile ignoring]\nignore_configured_endpoint_urls = true\nrole_arn = {READER}\n"
        "source_profile = default\n"
    )
    return str(tmp_path / "config")


def test_a_profile_in_a_kernel_assumes_its_role_in_the_sandbox(kernel, profiles, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", profiles)

    arn = boto3.Session(profile_name="reader").client("sts").get_caller_identity()["Arn"]

    assert f"{ACCOUNT}:assumed-role/reader/" in arn


@pytest.mark.parametrize("profile", ["real", "ignoring"])
def test_a_profile_in_a_kernel_cannot_leave_the_sandbox(kernel, profiles, profile, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", profiles)
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    with pytest.raises(OutsideSandboxError):
        boto3.Session(profile_name=profile).client("sts").get_caller_identity()


def test_close_restores_the_environment_and_botocore(monkeypatch, tmp_path):
    file = tmp_path / "offline.yaml"
    file.write_text(WORLD)
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    before = dict(os.environ)

    with Sandbox(file) as sandbox:
        sandbox.use("admin")
        sandbox.use("admin")
        os.environ["MY_OWN"] = "kept"

    assert dict(os.environ) == before | {"MY_OWN": "kept"}
    monkeypatch.delenv("AWS_PROFILE")
    real = boto3.client("s3", endpoint_url=REAL, **KEYS)
    assert real.generate_presigned_url("list_buckets").startswith(REAL)


def test_a_sandbox_that_closes_leaves_the_kernel_to_the_one_in_use(offline, tmp_path):
    file = tmp_path / "offline.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as other:
        other.use("admin")
        offline.use("admin")

    assert read(boto3.client("s3")) == b"region,total"
    KERNEL.leave(offline)


# Python loads this module first. It makes the AWS CLI report every name that it would resolve.
_GUARD = """
import os, socket
_resolve = socket.getaddrinfo
def _only_this_machine(host, *arguments, **options):
    if host not in ("127.0.0.1", "localhost"):
        with open(os.environ["ASKED"], "a") as asked:
            asked.write(f"{host}\\n")
        raise socket.gaierror(f"{host} is another machine")
    return _resolve(host, *arguments, **options)
socket.getaddrinfo = _only_this_machine
"""


@pytest.fixture
def aws(kernel, tmp_path):
    """Run the AWS CLI as ``!aws`` does in a notebook; afterwards, it has resolved no other machine's name."""
    guard, asked = tmp_path / "guard", tmp_path / "asked"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(_GUARD)

    def run(command, **variables):
        return subprocess.run(
            f"aws {command}",
            shell=True,
            env={**os.environ, "PYTHONPATH": str(guard), "ASKED": str(asked), **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    yield run
    assert not asked.exists(), asked.read_text()


def test_the_cli_uses_the_sandbox(aws):
    done = aws("s3 cp s3://reports/q1.csv -")

    assert (done.returncode, done.stdout) == (0, "region,total"), done.stderr


def test_a_profile_of_the_cli_assumes_its_role_in_the_sandbox(aws, profiles):
    done = aws("sts get-caller-identity --profile reader", AWS_CONFIG_FILE=profiles)

    assert (done.returncode, ":assumed-role/reader/" in done.stdout) == (0, True), done.stderr


@pytest.mark.slow
def test_the_cli_cannot_leave_the_sandbox(aws):
    done = aws(f"s3 ls --endpoint-url {REAL}")

    assert done.returncode != 0
    assert "nothing-leaves-the-sandbox" in done.stderr


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        ("s3 ls", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
        ("s3 ls", {"AWS_ENDPOINT_URL_S3": REAL}),
        ("sts get-caller-identity --profile ignoring", {}),
    ],
)
@pytest.mark.slow
def test_no_variable_and_no_profile_leads_the_cli_out_of_the_sandbox(aws, profiles, command, variables):
    done = aws(command, AWS_CONFIG_FILE=profiles, **variables)

    assert done.returncode == 0, done.stderr
