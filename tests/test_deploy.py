"""The files in deploy/, compared with what there is and with the schemas of Kubernetes; no cluster runs here."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from rolecall.workshop.settings import PREFIX, Settings

DEPLOY = Path(__file__).parents[1] / "deploy"


def documents(name: str) -> list[dict]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def names(kind: str) -> set[str]:
    return {
        one["metadata"]["name"]
        for file in ("workshop.yaml", "postgres.yaml")
        for one in documents(file)
        if one["kind"] == kind
    }


def test_what_the_values_point_to_is_a_service_of_the_manifests():
    (values,) = documents("values.yaml")

    hosts = set(re.findall(r"//(?:\w+@)?([\w-]+)", (DEPLOY / "values.yaml").read_text())) & {
        "rolecall-workshop",
        "rolecall-db",
    }
    assert hosts == names("Service") == {"rolecall-workshop", "rolecall-db"}
    assert values["hub"]["services"]["rolecall"]["url"] == "http://rolecall-workshop:8765"


def test_the_values_give_the_scopes_that_the_tested_configuration_gives():
    (values,) = documents("values.yaml")
    config = (DEPLOY / "jupyterhub_config.py").read_text()

    for role in values["hub"]["loadRoles"].values():
        for scope in role["scopes"]:
            assert scope.replace("service=rolecall", "service={SERVICE}") in config


def test_deployments_set_only_known_settings():
    text = "".join(one.read_text() for one in DEPLOY.iterdir())

    named = {one.lower() for one in re.findall(rf"{PREFIX}([A-Z_]+)", text)} - {"secrets_dir", "url", ""}
    assert named <= set(Settings.model_fields)


IMAGES = {"rolecall": "Dockerfile", "rolecall-lab": "lab.Dockerfile"}


def test_each_image_that_is_named_has_a_dockerfile():
    text = "".join((DEPLOY / name).read_text() for name in ("values.yaml", "workshop.yaml"))

    assert set(re.findall(r"<registry>/([\w-]+)", text)) == set(IMAGES)


@pytest.mark.parametrize("name", IMAGES.values())
def test_an_image_has_the_extras_and_the_folders_that_there_are(name):
    text = (DEPLOY / name).read_text()
    pyproject = (DEPLOY.parent / "pyproject.toml").read_text()

    for extra in re.search(r"'\.\[([^]]+)\]'", text)[1].split(","):
        assert f"\n{extra} = [" in pyproject
    sources = re.findall(r"^COPY (\w+) \w+$", text, re.M)
    assert sources == ["src", "lessons", "quizzes", "sandbox"]
    assert all((DEPLOY.parent / source).is_dir() for source in sources)


@pytest.mark.parametrize("name", IMAGES.values())
def test_a_dockerfile_has_no_finding_of_hadolint(name):
    """https://github.com/hadolint/hadolint"""
    hadolint = Path(sys.executable).with_name("hadolint")

    found = subprocess.run(
        [hadolint, "--no-color", DEPLOY / name], capture_output=True, text=True, check=False
    )

    assert (found.stdout, found.returncode) == ("", 0)


@pytest.mark.parametrize("file", ["workshop.yaml", "postgres.yaml"])
def test_the_manifests_are_valid_for_kubernetes(file):
    text = re.sub(r"<[^>]*>", "x", (DEPLOY / file).read_text())

    for manifest in yaml.safe_load_all(text):
        kubernetes_validate.validate(manifest, "1.37", strict=True)


def test_a_manifest_with_an_unknown_field_is_not_valid():
    (manifest, *_) = documents("workshop.yaml")
    manifest["spec"]["replica"] = 2

    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(manifest, "1.37", strict=True)


# https://z2jh.jupyter.org/en/stable/resources/reference.html, which is made from the chart's values.schema.yaml.
# The schema allows no other name above these, and any name below them. Compared with the schema of commit
# 02dd73df01bdbb6d602fed21b0be12565ab38080 of jupyterhub/zero-to-jupyterhub-k8s.
CHART = {
    "hub.db.type": str,
    "hub.db.url": str,
    "hub.db.password": str,
    "hub.services": dict,
    "hub.loadRoles": dict,
    "hub.networkPolicy.ingress": list,
    "singleuser.image.name": str,
    "singleuser.image.tag": str,
    "singleuser.defaultUrl": str,
    "singleuser.lifecycleHooks": dict,
    "singleuser.extraEnv": dict,
    "singleuser.networkPolicy.egress": list,
    "proxy.https.enabled": bool,
    "proxy.https.hosts": list,
    "proxy.https.letsencrypt.contactEmail": str,
}


def test_the_values_are_those_that_the_chart_has():
    (values,) = documents("values.yaml")

    assert {path: type(value) for path, value in _chart_values(values, "")} == CHART
    # The chart takes only these of these.
    assert values["hub"]["db"]["type"] in ("sqlite-pvc", "sqlite-memory", "mysql", "postgres", "other")
    assert set(values["singleuser"]["lifecycleHooks"]) <= {"postStart", "preStop"}


def _chart_values(value: object, path: str) -> Iterator[tuple[str, object]]:
    if path in CHART or not isinstance(value, dict):
        yield path, value
    else:
        for name, one in value.items():
            yield from _chart_values(one, f"{path}.{name}".lstrip("."))
