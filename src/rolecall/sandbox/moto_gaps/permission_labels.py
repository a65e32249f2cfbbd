"""The labels of the statements that AddPermission adds to the policy of a queue or a topic."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.kept_policies import give_empty_sids, remove_empty_sids
from rolecall.sandbox.responses import Response


class PermissionLabels(Gap):
    """AddPermission and RemovePermission work beside statements without a Sid; moto fails on them."""

    operations = frozenset(
        {"sns.AddPermission", "sns.RemovePermission", "sqs.AddPermission", "sqs.RemovePermission"}
    )
    rule = "https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html"

    def before(self, call: Call) -> None:
        """Give each statement a Sid, which moto requires."""
        give_empty_sids(call.operation.service, call.account, call.region)

    def after(self, call: Call, response: Response) -> Response:
        """Remove them again."""
        remove_empty_sids(call.operation.service, call.account, call.region)
        return response
