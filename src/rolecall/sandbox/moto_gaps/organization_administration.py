"""The accounts that can manage an organization."""

from __future__ import annotations

from botocore import xform_name

from rolecall.aws.errors import AwsError
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.organizations import organization_facts
from rolecall.sandbox.responses import Result

# "You can call this operation only from the management account", or also from a delegated administrator.
_MANAGEMENT = (
    "AttachPolicy",
    "CloseAccount",
    "CreateAccount",
    "CreateGovCloudAccount",
    "CreateOrganizationalUnit",
    "CreatePolicy",
    "DeleteOrganization",
    "DeleteOrganizationalUnit",
    "DeletePolicy",
    "DeleteResourcePolicy",
    "DeregisterDelegatedAdministrator",
    "DescribeAccount",
    "DescribeCreateAccountStatus",
    "DescribeOrganizationalUnit",
    "DescribePolicy",
    "DescribeResourcePolicy",
    "DetachPolicy",
    "DisableAWSServiceAccess",
    "DisablePolicyType",
    "EnableAWSServiceAccess",
    "EnableAllFeatures",
    "EnablePolicyType",
    "InviteAccountToOrganization",
    "ListAWSServiceAccessForOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListCreateAccountStatus",
    "ListDelegatedAdministrators",
    "ListDelegatedServicesForAccount",
    "ListHandshakesForOrganization",
    "ListOrganizationalUnitsForParent",
    "ListParents",
    "ListPolicies",
    "ListPoliciesForTarget",
    "ListRoots",
    "ListTagsForResource",
    "ListTargetsForPolicy",
    "MoveAccount",
    "PutResourcePolicy",
    "RegisterDelegatedAdministrator",
    "RemoveAccountFromOrganization",
    "TagResource",
    "UntagResource",
    "UpdateOrganizationalUnit",
    "UpdatePolicy",
)
_MEMBERS = ("DescribeEffectivePolicy", "DescribeOrganization", "LeaveOrganization")


class OrganizationAdministration(Gap):
    """Members and other accounts can't manage an organization; in moto they can."""

    operations = frozenset(f"organizations.{name}" for name in (*_MANAGEMENT, *_MEMBERS))
    rule = "https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html"

    answers = True

    def before(self, call: Call) -> Result | None:
        """Answer a delegated administrator as the management account; refuse other accounts."""
        facts = organization_facts(call.account)
        if facts is None:
            raise AwsError(
                "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400
            )
        name = call.operation.name
        administers = call.account == facts.management or (
            call.account in facts.delegated and name.startswith(("Describe", "List"))
        )
        if name in _MANAGEMENT and not administers:
            raise AwsError(
                "AccessDeniedException", "You don't have permissions to access this resource.", 400
            )
        if name in _MEMBERS or call.account == facts.management:
            return None
        organizations = moto_app.client("organizations", facts.management, call.region)
        result: Result = getattr(organizations, xform_name(name))(**call.operation.parameters)
        return {key: value for key, value in result.items() if key != "ResponseMetadata"}
