"""The parts of a running sandbox that a gap can use."""

from __future__ import annotations

from dataclasses import dataclass

from rolecall.sandbox.authorizer import Authorizer
from rolecall.sandbox.build import Builder
from rolecall.sandbox.callers import Callers
from rolecall.sandbox.clock import Clock
from rolecall.sandbox.event_history import EventHistory
from rolecall.sandbox.guardrails import Guardrails
from rolecall.sandbox.moto_state.iam import IamState
from rolecall.sandbox.profile_roles import ProfileRoles
from rolecall.sandbox.sessions import Sessions
from rolecall.sandbox.sts import Sts
from rolecall.sandbox.trail import Trail
from rolecall.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of a running sandbox.

    Parameters
    ----------
    world
        The accounts as the world file declares them.
    clock
        The sandbox's own time.
    iam
        Users, roles, and policies as they are now.
    guardrails
        The organization's policies.
    sts
        The Security Token Service with its sessions.
    callers
        Finds who uses a session.
    authorizer
        Decides about a further permission, and records the decision.
    profile_roles
        The roles that instances get from their profiles.
    sessions
        The temporary credentials that were issued.
    builder
        Creates the world's resources of a service that the call isn't made to, such as its KMS keys.
    trail
        The recorded decisions.
    history
        The recorded calls, in the form of CloudTrail.
    """

    world: World
    clock: Clock
    iam: IamState
    guardrails: Guardrails
    sts: Sts
    callers: Callers
    authorizer: Authorizer
    profile_roles: ProfileRoles
    sessions: Sessions
    builder: Builder
    trail: Trail
    history: EventHistory
