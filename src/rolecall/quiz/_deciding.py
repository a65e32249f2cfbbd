"""Questions that IAM itself answers: a policy to write, a decision to predict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from rolecall.quiz._judges import BadPolicy, Judges, Ruling
from rolecall.quiz._questions import Common, Judged, Model, Problem, Remark, Text, read_json, read_texts

Document = dict[str, Any]
PolicyField = Literal["identity", "resource", "boundary", "session", "trust", "scp"]


class Case(Model):
    """One request that the policy must let through, or must keep out.

    Parameters
    ----------
    says
        What the case is, in words, such as "Dana reads the report".
    """

    says: Text
    principal: str = "arn:aws:iam::111122223333:user/dana"
    action: Text
    resource: Text
    context: dict[str, str | list[str]] = {}


class Policy(Common):
    """A policy to write or to mend. An answer is the document.

    It is judged by what it decides, never by its text: each of `allow` must be allowed, each of `deny` must
    stay denied. The score is the share of cases that come out right.

    Parameters
    ----------
    policy_type
        Which policy it is; a trust policy is a role's, in `resource`.
    starter
        What stands in the editor at first.
    beside
        Further policies that are there, by the field names of ``rolecall iam decide``.
    sample
        A right document.
    """

    kind: Literal["policy"]
    policy_type: PolicyField = "identity"
    starter: str = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}'
    allow: list[Case] = Field(min_length=1)
    deny: list[Case] = Field(min_length=1)
    beside: dict[str, Any] = {}
    sample: Document

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        if judges is None:
            raise ValueError("a policy is judged by IAM's own rules")
        try:
            document = read_json(answer)
        except ValueError:
            return Judged(0.0, (Remark("The document", False, _where_json_ends(answer)),))
        remarks = []
        try:
            for case in (*self.allow, *self.deny):
                ruling = judges.decide(self._asked(case, document))
                allowed, wanted = ruling.outcome == "Allowed", case in self.allow
                remarks.append(Remark(case.says, allowed == wanted, _said(ruling, wanted)))
        except BadPolicy as error:
            return Judged(0.0, (Remark("The document", False, str(error)),))
        too_broad = any(not one.right for one in remarks[len(self.allow) :])
        too_narrow = any(not one.right for one in remarks[: len(self.allow)])
        if too_broad or too_narrow:
            remarks.insert(0, Remark("The whole", False, _WHOLE[too_broad, too_narrow]))
        right = sum(one.right for one in remarks)
        return Judged(right / (len(self.allow) + len(self.deny)), tuple(remarks))

    def _asked(self, case: Case, document: Any) -> dict[str, Any]:
        request = {
            "principal": case.principal,
            "action": case.action,
            "resource": case.resource,
            "context": case.context,
        }
        field, value = _FIELDS[self.policy_type]
        return {**self.beside, "id": self.id, "request": request, field: value(document)}

    def problems(self) -> Iterator[Problem]:
        for index, case in enumerate(self.deny):
            if case in self.allow:
                yield ("deny", index), "this case must be allowed too; it cannot be both"

    def right_answer(self, judges: Judges | None = None) -> str:
        return json.dumps(self.sample, indent=2)


_FIELDS: dict[str, tuple[str, Any]] = {
    "identity": ("identity_policies", lambda document: [document]),
    "resource": ("resource_policy", lambda document: document),
    "trust": ("resource_policy", lambda document: document),
    "boundary": ("permissions_boundaries", lambda document: [document]),
    "session": ("session_policies", lambda document: [document]),
    "scp": ("service_control_policies", lambda document: [[document]]),
}
_WHOLE = {
    (True, False): "**Too broad**: it lets through what must stay denied.",
    (False, True): "**Too narrow**: it keeps out what must be allowed.",
    (True, True): "**Too broad and too narrow**: it lets some through that must not, and keeps out others.",
}


def _said(ruling: Ruling, wanted: bool) -> str:
    reason = ruling.because[0] if ruling.because else ruling.outcome
    allowed = ruling.outcome == "Allowed"
    if allowed == wanted:
        return reason
    return f"This must be {'allowed' if wanted else 'denied'}. {reason}"


def _where_json_ends(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"It is no JSON: line {error.lineno}, column {error.colno}: {error.msg}."
    return "It is no JSON."


OUTCOMES = ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")


class Decide(Common):
    """A decision to predict. An answer has an ``outcome`` and, where it is a denial, a ``policy_type``.

    The key is computed, never written. Each of the two is worth half.

    Parameters
    ----------
    case
        A request and its policies, in the form of ``rolecall iam decide``.
    balance
        Which outcomes the variants take in turn.
    """

    kind: Literal["decide"]
    case: dict[str, Any]
    balance: list[Literal["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"]] = []

    def judge(self, answer: str, judges: Judges | None = None) -> Judged:
        given = read_texts(answer)
        if given.get("outcome") not in OUTCOMES:
            raise ValueError(f"the outcome is one of {', '.join(OUTCOMES)}")
        ruling = self.ruling(judges)
        right = given["outcome"] == ruling.outcome
        said = _because(ruling)
        remarks = [Remark(_spaced(given["outcome"]), right, said)]
        if ruling.policy_type is None:
            return Judged(1.0 if right else 0.0, tuple(remarks))
        which = given.get("policy_type", "")
        remarks.append(Remark(which or "no policy", which == ruling.policy_type, said))
        return Judged(sum(one.right for one in remarks) / 2, tuple(remarks))

    def ruling(self, judges: Judges | None) -> Ruling:
        """How IAM decides."""
        if judges is None:
            raise ValueError("a decision is IAM's to make")
        return judges.decide({"id": self.id, **self.case})

    def problems(self) -> Iterator[Problem]:
        if not isinstance(self.case.get("request"), dict):
            yield ("case",), "a case has a request with principal, action and resource"

    def right_answer(self, judges: Judges | None = None) -> str:
        ruling = self.ruling(judges)
        told = {"outcome": ruling.outcome}
        return json.dumps(told | ({"policy_type": ruling.policy_type} if ruling.policy_type else {}))


def _because(ruling: Ruling) -> str:
    return " ".join(ruling.because) or _spaced(ruling.outcome)


def _spaced(outcome: str) -> str:
    return {
        "Allowed": "Allowed",
        "ImplicitlyDenied": "Denied implicitly",
        "ExplicitlyDenied": "Denied explicitly",
    }[outcome]
