"""Make calls, as the gateway hands them to the authorizer and to gaps."""

from rolecall.aws.http import HttpRequest
from rolecall.aws.operations import Operation
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller

DANA = Caller("arn:aws:iam::111122223333:user/dana", "111122223333", "AIDAEXAMPLE")


def call_of(operation: Operation, caller: Caller = DANA) -> Call:
    """A call of an operation by a user, in the user's account."""
    request = HttpRequest("POST", "/", "", {}, b"", "127.0.0.1")
    return Call(operation, caller, request, None, "us-east-1", str(caller.account))
