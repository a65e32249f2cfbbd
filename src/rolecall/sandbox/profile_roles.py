"""The roles that instances get from their instance profiles.

A role that is removed from a profile remains in use on running instances for up to an hour:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html

Associating the profile again, or stopping and starting the instance, puts a change into effect immediately:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rolecall.sandbox.clock import Clock
from rolecall.sandbox.moto_state.iam import IamState, RoleFacts

_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Removal:
    role: RoleFacts
    at: datetime


class ProfileRoles:
    """Which role an instance gets from its profile, by the sandbox's clock."""

    def __init__(self, iam: IamState, clock: Clock) -> None:
        self._iam = iam
        self._clock = clock
        self._removals: dict[tuple[str, str], _Removal] = {}
        self._refreshed: dict[str, datetime] = {}

    def role(self, account: str, profile: str, instance: str) -> RoleFacts | None:
        """Return the role that an instance has, or None.

        Parameters
        ----------
        account, profile
            The ID of the account, and the name of the instance profile.
        instance
            The instance ID.
        """
        removal = self._removal_in_progress(account, profile)
        refreshed = self._refreshed.get(instance)
        if removal is not None and (refreshed is None or refreshed < removal.at):
            removed = self._iam.role_named(account, removal.role.name)
            if removed is not None and removed.unique_id == removal.role.unique_id:
                return removed
        return self._iam.profile_role(account, profile)

    def record_removal(self, account: str, profile: str, role: RoleFacts) -> None:
        """Record that a role was removed from a profile now."""
        # Instances still have the role of a removal in progress, not the one that was added after it.
        if self._removal_in_progress(account, profile) is None:
            self._removals[account, profile] = _Removal(role, self._clock.now())

    def record_refresh(self, instance: str) -> None:
        """Record that an instance was launched, started, or associated with a profile now."""
        self._refreshed[instance] = self._clock.now()

    def clear(self) -> None:
        """Forget everything."""
        self._removals.clear()
        self._refreshed.clear()

    def _removal_in_progress(self, account: str, profile: str) -> _Removal | None:
        removal = self._removals.get((account, profile))
        return removal if removal is not None and self._clock.now() < removal.at + _DELAY else None
