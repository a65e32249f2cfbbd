"""The states from which an instance can be started or stopped."""

from __future__ import annotations

from rolecall.aws.errors import AwsError
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_state.ec2 import is_terminated
from rolecall.sandbox.responses import Response, read_result, result_response

# https://github.com/ansible-collections/amazon.aws/issues/146
_REFUSED = {
    "StartInstances": "The instance '{id}' is not in a state from which it can be started.",
    "StopInstances": "This instance '{id}' is not in a state from which it can be stopped.",
}
# The list in the response, and the state that the operation leads to.
_CHANGES = {
    "StartInstances": ("StartingInstances", "running"),
    "StopInstances": ("StoppingInstances", "stopped"),
    "TerminateInstances": ("TerminatingInstances", "terminated"),
}


class InstanceStates(Gap):
    """A terminated instance stays terminated; moto starts and stops it."""

    operations = frozenset(f"ec2.{name}" for name in _CHANGES)
    rule = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"

    def before(self, call: Call) -> None:
        """Raise IncorrectInstanceState."""
        refused = _REFUSED.get(call.operation.name)
        for one in call.operation.parameters.get("InstanceIds") or () if refused else ():
            if refused and is_terminated(call.account, call.region, str(one)):
                raise AwsError("IncorrectInstanceState", refused.format(id=one), 400)

    def after(self, call: Call, response: Response) -> Response:
        """Show that nothing changes for an instance that is already in the state."""
        if not response.ok:
            return response
        listed, state = _CHANGES[call.operation.name]
        result = read_result(call.operation, response)
        unchanged = [one for one in result[listed] if one["PreviousState"]["Name"] == state]
        if not unchanged:
            return response
        for one in unchanged:
            one["CurrentState"] = one["PreviousState"]
        return result_response(call.operation, result)
