"""What becomes of a deleted user or role in the policies that name it."""

from __future__ import annotations

from rolecall.sandbox._principals import without_principal
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.iam import rewrite_trust_policies
from rolecall.sandbox.moto_state.kept_policies import rewrite_resource_policies
from rolecall.sandbox.moto_state.s3 import rewrite_bucket_policies
from rolecall.sandbox.responses import Response

_NAMES = {"iam.DeleteUser": ("user", "UserName"), "iam.DeleteRole": ("role", "RoleName")}


class DeletedPrincipals(Gap):
    """Policies show the unique id of a deleted principal in place of its ARN, and don't mean a new one."""

    operations = frozenset(_NAMES)
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"

    def before(self, call: Call) -> None:
        """Note the ARN and the unique id of the principal."""
        kind, parameter = _NAMES[call.name]
        iam = self.runtime.iam
        arn = iam.iam_arn(call.account, kind, call.operation.text(parameter, ""))
        call.notes["deleted principal"] = arn, iam.principal_id(arn)

    def after(self, call: Call, response: Response) -> Response:
        """Replace the ARN by the unique id in trust policies and resource-based policies."""
        arn, identifier = call.notes["deleted principal"]
        if response.ok and identifier is not None:
            for account in self.runtime.iam.accounts:
                rewrite_trust_policies(account, lambda text: without_principal(text, arn, identifier))
                rewrite_bucket_policies(account, lambda text: without_principal(text, arn, identifier))
                rewrite_resource_policies(account, lambda text: without_principal(text, arn, identifier))
        return response
