"""When an access key was last used."""

from __future__ import annotations

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.responses import Response, read_result, result_response


class AccessKeyUses(Gap):
    """IAM reports when, where, and for which service a key was last used; moto doesn't notice."""

    operations = frozenset({"iam.GetAccessKeyLastUsed"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html"

    def after(self, call: Call, response: Response) -> Response:
        """Add the last use to the response."""
        use = self.runtime.history.last_use(call.operation.text("AccessKeyId", ""))
        if not response.ok or use is None:
            return response
        result = read_result(call.operation, response)
        result["AccessKeyLastUsed"] = {
            "LastUsedDate": use.time,
            "ServiceName": use.service,
            "Region": use.region,
        }
        return result_response(call.operation, result)
