"""List the IAM actions, resources, and condition keys of every operation of every service that moto has.

Write the files again with ``uv run python tests/aws/operation_table.py``, and review what changed with ``git diff``.
"""

from __future__ import annotations

import pkgutil
from pathlib import Path

import boto3
import moto
from moto.core.utils import get_service_model

from rolecall.aws.mapping import Permission, Resource, permissions, supported_keys
from rolecall.aws.operations import is_unsigned
from rolecall.aws.passed_roles import passed_roles
from rolecall.aws.tables import table

FOLDER = Path(__file__).with_name("operations")
HEADER = "operation\taction\tresources\tcondition keys\trequired if\n"


def services() -> list[str]:
    """The services that moto has, by botocore's names."""
    packages = {package.name for package in pkgutil.iter_modules(moto.__path__)}
    known = boto3.Session().get_available_services()
    return [name for name in known if {name.replace("-", ""), f"aws{name}"} & packages]


def operations(service: str) -> list[str]:
    return sorted(get_service_model(service).operation_names)


def listing(service: str) -> str:
    """The file of one service: a row for each permission of each operation."""
    return HEADER + "".join(row for name in operations(service) for row in _rows(service, name))


def status(service: str, operation: str) -> str:
    """Whether an operation is mapped, evaluated on ``*``, or unmapped."""
    needed = permissions(service, operation)
    if any(one.problem for one in needed):
        return "unmapped"
    return "mapped" if any(one.resources for one in needed) else "all resources"


def totals() -> str:
    """The file of totals: for each service, how many operations have which status."""
    lines = ["service\toperations\tmapped\tall resources\tunmapped\n"]
    counts = {service: [status(service, name) for name in operations(service)] for service in services()}
    for service, found in [
        *counts.items(),
        ("all services", [one for some in counts.values() for one in some]),
    ]:
        numbers = [len(found), *(found.count(one) for one in ("mapped", "all resources", "unmapped"))]
        lines.append("\t".join([service, *map(str, numbers)]) + "\n")
    return "".join(lines)


def _rows(service: str, operation: str) -> list[str]:
    if service != "sts" and is_unsigned(service, operation):
        return [f"{operation}\tnone: not signed\t\t\t\n"]
    needed = permissions(service, operation)
    rows = [_row(operation, one) for one in needed] or [f"{operation}\tnone\t\t\t\n"]
    action = table(service).tags.get(operation) or (
        table(service).tags.get("*") if operation.startswith("Create") else None
    )
    if action:
        rows.append(f"{operation}\t{action}\tthe same\taws:RequestTag/KEY aws:TagKeys\ttags are given\n")
    for passed in passed_roles(service, operation):
        source = " ".join("{" + path + "}" for path in (*passed.roles, *passed.profiles))
        rows.append(
            f"{operation}\tiam:PassRole\t{source}\tiam:PassedToService={passed.to}\ta role is given\n"
        )
    return rows


def _row(operation: str, permission: Permission) -> str:
    resources = " ".join(map(_resource, permission.resources)) or "*"
    if permission.problem:
        resources += f" UNMAPPED: {permission.problem}"
    keys = [f"{key}={path}" for key, path in permission.keys]
    if {"aws:tagkeys", "aws:requesttag/${tagkey}"} & supported_keys(permission.action):
        keys.append("aws:RequestTag/KEY aws:TagKeys")
    when = " or ".join(permission.when) + (f"not {permission.unless}" if permission.unless else "")
    return "\t".join([operation, permission.action, resources, " ".join(keys), when]) + "\n"


def _resource(resource: Resource) -> str:
    return resource.template + ("" if resource.required else "?")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.tsv"):
        old.unlink()
    for service in services():
        (FOLDER / f"{service}.tsv").write_text(listing(service), encoding="utf-8")
    (FOLDER / "_totals.tsv").write_text(totals(), encoding="utf-8")


if __name__ == "__main__":
    main()
