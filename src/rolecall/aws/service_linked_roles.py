"""The service-linked roles of AWS: their names, their policies, and whether they accept a suffix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_POLICY_PATH = "arn:aws:iam::aws:policy/aws-service-role/"


@dataclass(frozen=True, slots=True)
class ServiceLinkedRole:
    """A role that only one service can assume.

    Parameters
    ----------
    service
        The service principal, such as ``autoscaling.amazonaws.com``.
    name
        The role's name, without a suffix.
    policy_arn
        The AWS-managed policy that the service attaches; None if the sandbox doesn't know it.
    accepts_suffix
        Whether there can be several roles, each with a custom suffix.
    """

    service: str
    name: str
    policy_arn: str | None = None
    accepts_suffix: bool = False

    @property
    def path(self) -> str:
        """The path of the role, which names the service."""
        return f"/aws-service-role/{self.service}/"

    @property
    def trust_policy(self) -> dict[str, Any]:
        """The trust policy, which names the service alone."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": self.service},
            "Action": "sts:AssumeRole",
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


def service_linked_role(service: str) -> ServiceLinkedRole:
    """Return the service-linked role of a service, with a derived name if AWS doesn't list it."""
    found = _table().get(service)
    if found is None:
        words = re.split(r"[.-]", service.removesuffix(".amazonaws.com"))
        return ServiceLinkedRole(
            service, "AWSServiceRoleFor" + "".join(word.capitalize() for word in words)
        )
    policy = found.get("policy")
    return ServiceLinkedRole(
        service, found["name"], policy and _POLICY_PATH + policy, bool(found.get("suffix"))
    )


@cache
def _table() -> dict[str, dict[str, Any]]:
    text = (files("rolecall.aws.tables") / "_service_linked_roles.yaml").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = yaml.load(text, yaml.CSafeLoader)
    return table
