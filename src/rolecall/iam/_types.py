"""The types of policies."""

from __future__ import annotations

from enum import Enum


class PolicyType(Enum):
    """The policy types that AWS evaluates, with the names that its denial messages use."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    VPC_ENDPOINT = "VPC endpoint policy"
