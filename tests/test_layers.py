"""The layers that import-linter enforces name every package, so that a new one cannot escape them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_in_a_layer():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")

    named = {package.strip() for layer in layers for package in layer.split("|")}

    packages = {one.parent.name for one in (ROOT / "src/rolecall").glob("*/__init__.py")}
    assert {one for one in packages if not one.startswith("_")} == named


def test_the_contracts_have_no_exceptions():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

    assert not any("ignore_imports" in one for one in contracts)
