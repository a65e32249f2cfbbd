"""``policy``: a policy to write or to fix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Decision, InvalidPolicy, Judges
from rolecall.quiz._markdown import BlockMarkdown, Display, bulleted, code_block, without_code_marks
from rolecall.quiz.fields import AcceptedChange, Model, Text
from rolecall.quiz.kinds._answers import read_json
from rolecall.quiz.kinds._base import Location, Problem, TextAnswer

_LONGEST_MESSAGE = 600
PolicyField = Literal["identity", "resource", "boundary", "session", "trust", "scp"]

_OVERALL = {
    (True, False): "**Too broad**: the policy allows what must stay denied.",
    (False, True): "**Too narrow**: the policy doesn't allow what must be allowed.",
    (
        True,
        True,
    ): "**Too broad and too narrow**: the policy allows what must stay denied, and not what must be "
    "allowed.",
}
"""By whether a denied case is allowed, and whether an allowed case is denied."""


class Case(Model):
    """One request that the policy must allow, or must not.

    Parameters
    ----------
    says
        What the case is, in words, such as "Dana reads the report".
    resource_account
        The account of the resource, if its ARN doesn't name it, as with buckets; by default the caller's.
    beside
        Policies of this case only, such as the caller's identity-based policies; see `Policy.beside`.
    """

    says: Text
    principal: str = "arn:aws:iam::111122223333:user/dana"
    action: Text
    resource: Text
    resource_account: str | None = None
    context: dict[str, str | list[str]] = {}
    beside: dict[str, Any] = {}


class Policy(TextAnswer):
    """A policy to write or to fix. An answer is the document.

    It is graded by what it decides, never by its text: each case of `allow` must be allowed, each of `deny`
    must stay denied. The score is the share of cases that are decided as they should be.

    Parameters
    ----------
    policy_type
        The type of the policy; a trust policy is attached to the role in `resource`.
    starter
        What the editor contains at first.
    beside
        Further policies of the scenario, by the field names of ``rolecall iam decide``.
    sample
        A right document.
    also_right
        Other right documents, first of all the one that AWS recommends.
    accepts
        Weaker documents that are right too, each with the reason.
    """

    kind: Literal["policy"]
    policy_type: PolicyField = "identity"
    starter: str = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}'
    allow: list[Case] = Field(min_length=1)
    deny: list[Case] = Field(min_length=1)
    beside: dict[str, Any] = {}
    sample: dict[str, Any]
    also_right: list[dict[str, Any]] = []
    accepts: list[AcceptedChange] = []

    scoring_rule = "The score is the share of cases that are decided as they should be."
    typed_on_several_lines = True
    # The largest policy that IAM stores is an inline policy of 10,240 characters without white space:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    longest_input = 20 * 1024
    key_field = "sample"

    def problems(self) -> Iterator[Problem]:
        for index, case in enumerate(self.deny):
            if case in self.allow:
                yield ("deny", index), "this case is in allow too; it can't be both"

    def too_broad_answers(self) -> Iterator[tuple[Location, str, str]]:
        everything = {"Version": "2012-10-17", "Statement": [_allow_everything(self.policy_type)]}
        yield ("starter",), "the starter policy", self.starter
        yield ("deny",), "Allow *", json.dumps(everything)

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        if judges is None:
            raise ValueError("grading a policy requires judges that decide as IAM does")
        try:
            document = read_json(answer)
        except ValueError:
            return Grade(0.0, (Remark("The document", False, _json_error(answer)),))
        try:
            allowed = [_remark(case, self._decide(case, document, judges), True) for case in self.allow]
            denied = [_remark(case, self._decide(case, document, judges), False) for case in self.deny]
        except InvalidPolicy as error:
            return Grade(0.0, (Remark("The document", False, _shortened(str(error))),))
        cases = [*allowed, *denied]
        score = sum(one.right for one in cases) / len(cases)
        too_broad, too_narrow = not all(one.right for one in denied), not all(one.right for one in allowed)
        if too_broad or too_narrow:
            cases.insert(0, Remark("The policy", False, _OVERALL[too_broad, too_narrow]))
        return Grade(score, tuple(cases))

    def _decide(self, case: Case, document: Any, judges: Judges) -> Decision:
        request = {
            "principal": case.principal,
            "action": case.action,
            "resource": case.resource,
            "resource_account": case.resource_account,
            "context": case.context,
        }
        beside = {**self.beside, **case.beside}
        return judges.decide({**beside, "id": self.id, "request": request, **self._attached(document)})

    def _attached(self, document: Any) -> dict[str, Any]:
        """Return the document in the field of ``rolecall iam decide`` that its type belongs to."""
        match self.policy_type:
            case "identity":
                return {"identity_policies": [document]}
            case "resource" | "trust":
                return {"resource_policy": document}
            case "boundary":
                return {"permissions_boundaries": [document]}
            case "session":
                return {"session_policies": [document]}
            case "scp":
                return {"service_control_policies": [[document]]}

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps(self.sample, indent=2)

    def display(self, answer: str | None, *, due: bool) -> Display:
        written = self.starter if answer is None else answer
        return {
            "starter": self.starter,
            "written": code_block(written, "json") if due else BlockMarkdown(""),
            "allow": [without_code_marks(case.says) for case in self.allow],
            "deny": [without_code_marks(case.says) for case in self.deny],
        }

    def describe_answer(self, answer: str) -> str:
        return code_block(answer, "json")

    def card_items(self) -> list[str]:
        allowed = bulleted([f"must be allowed: {case.says}" for case in self.allow])
        denied = bulleted([f"must stay denied: {case.says}" for case in self.deny])
        return ["\n".join([*allowed, *denied])]

    def terminal_lines(self) -> list[str]:
        return [*self.card_items(), code_block(self.starter, "json")]

    def typing_instruction(self) -> str:
        return "Type the policy, then an empty line"


def _allow_everything(policy_type: PolicyField) -> dict[str, Any]:
    """Create a statement that allows everything, for a type of policy."""
    if policy_type == "trust":
        return {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    if policy_type == "resource":
        return {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return {"Effect": "Allow", "Action": "*", "Resource": "*"}


def _remark(case: Case, decision: Decision, expected: bool) -> Remark:
    reason = decision.because[0] if decision.because else decision.outcome
    if (decision.outcome == "Allowed") == expected:
        return Remark(case.says, True, reason)
    return Remark(case.says, False, f"This must be {'allowed' if expected else 'denied'}. {reason}")


def _shortened(text: str) -> str:
    """Cut a message that quotes the learner's document; Markdown of 20 KiB takes a second to render."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _json_error(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"This isn't JSON: line {error.lineno}, column {error.colno}: {error.msg}."
    except RecursionError:
        return "This isn't a policy: it is nested too deeply."
    except ValueError:
        return "This isn't a policy: a number in it has too many digits."
    return "This isn't JSON."
