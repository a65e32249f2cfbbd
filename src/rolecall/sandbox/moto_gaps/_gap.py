"""The interface that all gaps have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rolecall.sandbox.call import Call
from rolecall.sandbox.responses import Response, Result
from rolecall.sandbox.runtime import Runtime

if TYPE_CHECKING:
    from rolecall.sandbox.moto_gaps._registry import Gaps


class Gap:
    """One behavior that moto lacks or gets wrong. There is one object for each sandbox.

    Parameters
    ----------
    runtime
        The sandbox's clock, state, and policies.

    Examples
    --------
    >>> class NoUserNamedBob(Gap):
    ...     \"\"\"IAM rejects the name Bob.\"\"\"
    ...
    ...     operations = frozenset({"iam.CreateUser"})
    ...     rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html"
    ...
    ...     def validate(self, call):
    ...         if call.operation.text("UserName") == "Bob":
    ...             raise AwsError("InvalidInput", "Not Bob.", 400)
    """

    operations: ClassVar[frozenset[str]]
    """Service and operation, such as ``iam.CreateRole``; ``sts.*`` for all operations of a service."""
    rule: ClassVar[str]
    """The page of AWS's documentation that says what AWS does."""
    answers: ClassVar[bool] = False
    """Whether `before` can return a result. Such gaps come after all that only check the call."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def connect(self, gaps: Gaps) -> None:
        """Receive all gaps of the sandbox, for a gap that makes further calls."""

    def validate(self, call: Call) -> None:
        """Check the parameters before any policy is evaluated.

        Raises
        ------
        AwsError
            What AWS returns for these parameters, whatever the caller's permissions are.
        """

    def before(self, call: Call) -> Result | None:
        """Check an authorized call against the sandbox's state, or answer it in moto's place.

        Parameters
        ----------
        call
            With ``account`` and ``denials``. What `after` has to know can be put into ``call.notes``.

        Returns
        -------
        Result or None
            The result, as boto3 returns it; None to let moto perform the call.

        Raises
        ------
        AwsError
            What AWS returns in this state.
        """
        return None

    def after(self, call: Call, response: Response) -> Response:
        """Correct the response, or change the state that moto left.

        Parameters
        ----------
        response
            moto's, or the one made of the result that a gap returned; also when it is an error. See
            `rolecall.sandbox.responses.read_result` and `result_response`.
        """
        return response

    def reset(self) -> None:
        """Forget what the gap itself keeps; called when the sandbox is reset."""
