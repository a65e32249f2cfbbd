"""``decide``: a decision of IAM to predict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Self

from rolecall.quiz._grade import Grade, Remark
from rolecall.quiz._judges import Decision, Judges
from rolecall.quiz._markdown import Display, DisplayValue, code_block, numbered
from rolecall.quiz.kinds._answers import read_texts, write_texts
from rolecall.quiz.kinds._base import BaseQuestion, InvalidAnswer, Problem
from rolecall.quiz.kinds._letters import LETTERS, lettered

Outcome = Literal["Allowed", "ImplicitlyDenied", "ExplicitlyDenied"]

OUTCOMES: Mapping[str, str] = {
    "Allowed": "Allowed",
    "ImplicitlyDenied": "Implicitly denied: no statement allows it",
    "ExplicitlyDenied": "Explicitly denied: a statement denies it",
}
"""Each outcome, and how it is shown."""

POLICY_TYPES = (
    "identity-based policy",
    "resource-based policy",
    "role trust policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
)
"""The types of policies that can deny a request, as AWS's messages name them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

_TITLES = {
    "identity_policies": "Identity-based policy",
    "permissions_boundaries": "Permissions boundary",
    "session_policies": "Session policy",
    "resource_policy": "Resource-based policy",
    "service_control_policies": "Service control policy",
    "resource_control_policies": "Resource control policy",
    "vpc_endpoint_policies": "VPC endpoint policy",
}
_MOST_DRAWS = 400


class Decide(BaseQuestion):
    """A decision to predict. An answer has an ``outcome`` and, for a denial, a ``policy_type``.

    The right answer is computed, never written. Each of the two parts is worth half.

    Parameters
    ----------
    case
        A request and its policies, in the form of ``rolecall iam decide``.
    balance
        The outcomes that variants have in turn.
    """

    kind: Literal["decide"]
    case: dict[str, Any]
    balance: list[Outcome] = []

    key_field = "case"
    scoring_rule = "The outcome and the type of policy count half each."

    def problems(self) -> Iterator[Problem]:
        if not isinstance(self.case.get("request"), dict):
            yield ("case",), "a case has a request with principal, action, and resource"

    def decision(self, judges: Judges | None) -> Decision:
        """Return how IAM decides the case."""
        if judges is None:
            raise ValueError("grading a decision requires judges that decide as IAM does")
        return judges.decide({"id": self.id, **self.case})

    def draw_variant(self, draw: Callable[[str], Self], seed: int, judges: Judges | None) -> Self | None:
        if not self.balance:
            return super().draw_variant(draw, seed, judges)
        outcome = self.balance[seed % len(self.balance)]
        drawn = (draw(f"{self.id}/{seed}/{attempt}") for attempt in range(_MOST_DRAWS))
        return next((one for one in drawn if one.decision(judges).outcome == outcome), None)

    def grade(self, answer: str, judges: Judges | None = None) -> Grade:
        given = read_texts(answer)
        if given.get("outcome") not in OUTCOMES:
            raise ValueError(f"the outcome is one of {', '.join(OUTCOMES)}")
        decision = self.decision(judges)
        right = given["outcome"] == decision.outcome
        why = " ".join(decision.because) or OUTCOMES[decision.outcome]
        remarks = [Remark(OUTCOMES[given["outcome"]].partition(":")[0], right, why)]
        if decision.policy_type is not None:
            policy_type = given.get("policy_type", "")
            remarks.append(Remark(policy_type or "no policy", policy_type == decision.policy_type, why))
        return Grade(sum(one.right for one in remarks) / len(remarks), tuple(remarks))

    def right_answer(self, judges: Judges | None = None) -> str:
        decision = self.decision(judges)
        answer = {"outcome": decision.outcome}
        if decision.policy_type is not None:
            answer["policy_type"] = decision.policy_type
        return json.dumps(answer)

    def display(self, answer: str | None, *, due: bool) -> Display:
        scene: list[DisplayValue] = [
            {"title": title, "html": code_block(text, "json")} for title, text in self._scene()
        ]
        return {"scene": scene, "policyTypes": list(POLICY_TYPES)}

    def _scene(self) -> Iterator[tuple[str, str]]:
        """Yield the request and each policy, as a title and JSON."""
        yield "The request", json.dumps(self.case.get("request", {}), indent=2)
        for field, title in _TITLES.items():
            for document in _documents(self.case.get(field)):
                yield title, json.dumps(document, indent=2)

    def _answer_from_input(self, given: Any) -> str:
        return write_texts(given)

    def _input_from_answer(self, answer: str) -> Any:
        return read_texts(answer)

    def describe_answer(self, answer: str) -> str:
        given = read_texts(answer)
        which = f", by the {given['policy_type']}" if given.get("policy_type") else ""
        return f"**{OUTCOMES[given['outcome']]}**{which}"

    def terminal_lines(self) -> list[str]:
        scene = [f"{title}:\n\n{code_block(text, 'json')}" for title, text in self._scene()]
        types = ["For a denial, the policy that denies it:", "\n".join(numbered(POLICY_TYPES))]
        return [*scene, *lettered(list(OUTCOMES.values())), *types]

    def typing_instruction(self) -> str:
        return "Type a letter, and for a denial a number, such as b 1"

    def answer_from_typed(self, typed: str) -> str:
        found = re.fullmatch(r"([a-c])[\s,]*(\d*)", typed.strip().lower())
        if found is None or (found[2] and not 1 <= int(found[2]) <= len(POLICY_TYPES)):
            raise InvalidAnswer(
                f"Type a letter from a to c, and for a denial a number from 1 to {len(POLICY_TYPES)}."
            )
        answer = {"outcome": list(OUTCOMES)[LETTERS.index(found[1])]}
        if found[2]:
            answer["policy_type"] = POLICY_TYPES[int(found[2]) - 1]
        return json.dumps(answer)

    def typed_from_answer(self, answer: str) -> str:
        given = read_texts(answer)
        letter = LETTERS[list(OUTCOMES).index(given["outcome"])]
        if "policy_type" not in given:
            return letter
        return f"{letter} {POLICY_TYPES.index(given['policy_type']) + 1}"


def _documents(value: Any) -> Iterator[Any]:
    """Yield the documents in a field: one, a list, or a list for each level of an organization."""
    if isinstance(value, list):
        for part in value:
            yield from _documents(part)
    elif value is not None:
        yield value
