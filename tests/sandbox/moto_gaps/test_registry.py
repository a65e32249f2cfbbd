"""Every gap is found, says what it is about, and is applied to its operations only."""

import sys
from types import ModuleType

import pytest
from botocore.session import Session

from rolecall.aws.operations import Operation
from rolecall.sandbox.moto_gaps import Gap, Gaps, _registry, gap_classes
from rolecall.sandbox.responses import read_result, result_response
from sandbox.calls import call_of


@pytest.fixture(scope="module")
def botocore_session():
    """One session, because each reads the models of the services again."""
    return Session()


@pytest.mark.parametrize("gap", gap_classes(), ids=lambda gap: gap.__name__)
def test_a_gap_names_operations_that_aws_has_and_a_page_of_its_documentation(gap, botocore_session):
    for name in gap.operations:
        service, _, operation = name.partition(".")
        assert operation in ("*", *botocore_session.get_service_model(service).operation_names)
    assert gap.rule.startswith("https://docs.aws.amazon.com/")
    assert gap.__doc__ != Gap.__doc__


def test_gaps_that_only_check_come_before_those_that_answer():
    answers = [gap.answers for gap in gap_classes()]

    assert answers == sorted(answers)
    assert {True, False} == set(answers)


class GreetedUsers(Gap):
    """IAM greets new users; a gap for these tests."""

    operations = frozenset({"iam.GetUser", "iam.CreateUser"})
    rule = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html"
    answers = True

    def before(self, call):
        return {"User": {"UserName": "ada"}} if call.operation.name == "GetUser" else None

    def after(self, call, response):
        result = read_result(call.operation, response)
        return result_response(call.operation, {"User": result["User"] | {"Path": "/hello/"}})


@pytest.fixture
def gaps(monkeypatch):
    monkeypatch.setattr(_registry, "gap_classes", lambda: (GreetedUsers,))
    return Gaps(None)


def test_a_gap_answers_in_motos_place(gaps):
    assert gaps.before(call_of(Operation("iam", "GetUser", "query", {}))) == {"User": {"UserName": "ada"}}


def test_a_gap_that_returns_none_leaves_the_call_to_moto(gaps):
    assert gaps.before(call_of(Operation("iam", "CreateUser", "query", {}))) is None


def test_a_gap_is_not_asked_about_other_operations(gaps):
    assert gaps.before(call_of(Operation("iam", "DeleteUser", "query", {}))) is None


def test_a_gap_corrects_a_response(gaps):
    call = call_of(Operation("iam", "CreateUser", "query", {}))
    response = result_response(call.operation, {"User": {"UserName": "ada"}})

    corrected = gaps.after(call, response)

    assert read_result(call.operation, corrected) == {"User": {"UserName": "ada", "Path": "/hello/"}}


def test_a_module_without_a_gap_is_an_error_that_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "nothing_here", ModuleType("nothing_here"))

    with pytest.raises(TypeError, match="nothing_here must define exactly one subclass of Gap, not 0"):
        _registry._gap_class("nothing_here")
