"""What deploy/ says, held against what there is; no cluster runs here, so names are all that can be."""

import re
from pathlib import Path

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


def test_the_image_has_the_extras_and_the_folders_that_there_are():
    text = (DEPLOY / "Dockerfile").read_text()
    pyproject = (DEPLOY.parent / "pyproject.toml").read_text()

    for extra in re.search(r"'\.\[([^]]+)\]'", text)[1].split(","):
        assert f"\n{extra} = [" in pyproject
    for source in re.findall(r"^COPY (\w+) \w+$", text, re.M):
        assert (DEPLOY.parent / source).is_dir()
