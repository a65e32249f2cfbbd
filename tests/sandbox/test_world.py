from pathlib import Path

import pytest

from rolecall._yaml import BadFile
from rolecall.course import find_course
from rolecall.sandbox.world_file import load_world

REPORTS = find_course().world("reports")


@pytest.mark.parametrize("path", find_course().worlds(), ids=lambda path: path.stem)
def test_the_courses_worlds_have_no_fault(path):
    assert load_world(path).world == path.stem


# The right text of the world, what an author wrote instead, and what the error says.
MISTAKES = [
    ("groups: [developers]", "groups: [developer]", "accounts.main.users.dana.groups[0]: there is no group 'developer' in this account; did you mean developers?"),
    ('id: "111122223333"', "id: 111122223333", "accounts.main.id: this must be a text, not 111122223333; put it in quotes"),
    ('id: "111122223333"', 'id: "1111"', "accounts.main.id: '1111' is no account id; twelve digits in quotes are"),
    ("policy/IAMUserChangePassword", "policy/IAMUserChangePasswort", "AWS has no managed policy arn:aws:iam::aws:policy/IAMUserChangePasswort; did you mean arn:aws:iam::aws:policy/IAMUserChangePassword?"),
    ("permissions_boundary: boundary", "permissions_boundary: bounds", "permissions_boundary: there is no managed policy 'bounds' in this account; did you mean boundary?"),
    ("max_session_duration: 3600", "max_session_duration: 60", "max_session_duration: should be greater than or equal to 3600, not 60"),
    ("web: {role: web}", "web: {role: wbe}", "instance_profiles.web.role: there is no role 'wbe' in this account; did you mean web?"),
    ("{user: main/eve}", "{user: main/evil}", "actors.eve.user: there is no user 'main/evil'; did you mean main/eve?"),
    ("{user: main/eve}", "{user: main/eve, instance: main/web-1}", "actors.eve: an actor is one user, instance, task or pod"),
    ("http_tokens: required", "http_tokens: needed", "http_tokens: 'needed' is not one of 'required' or 'optional'"),
    ('Action: "s3:ListAllMyBuckets"', 'Actions: "s3:ListAllMyBuckets"', "MalformedPolicyDocument: Syntax errors in policy. 'Actions' is not an element of a statement."),
    ('{Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"', '{Service: ec2.amazonaws.com}, Action: "s3:GetObject"', "MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions."),
    ("        tags: {team: data}", "        tag: {team: data}", "accounts.main.users.dana.tag: no such field; did you mean tags?"),
    ("  service_control_policies:", "  accounts: [main, partnr]\n  service_control_policies:", "organization.accounts[1]: there is no account 'partnr'; did you mean partner?"),
    ("  service_control_policies:", "  organizational_units: {prod: [mian]}\n  service_control_policies:", "organization.organizational_units.prod[0]: 'mian' is not an account of the organization"),
    ("    root: [{Version", "    roots: [{Version", "the organization has no account or unit 'roots'; root, main, partner are right"),
    ("{alias: alias/reports}", "{alias: reports}", "accounts.main.keys.reports-key.alias: 'reports' is no alias; it begins with 'alias/'"),
    ("{alias: alias/reports}", "{alias: alias/aws/reports}", "'alias/aws/reports' is no alias; it begins with 'alias/', but not with 'alias/aws/'"),
    ("keys: {reports-key: {alias: alias/reports}}", "keys: {one: {alias: alias/a}, two: {alias: alias/a}}", "accounts.main.keys.two.alias: the key 'one' has the alias 'alias/a' already"),
    ("{alias: alias/reports}", "{id: reports}", "accounts.main.keys.reports-key.id: 'reports' is no key ID; one such as 1234abcd-12ab-34cd-56ef-1234567890ab is"),
    ("keys: {reports-key: {alias: alias/reports}}", "keys: {one: {id: 1234abcd-12ab-34cd-56ef-1234567890ab}, two: {id: 1234abcd-12ab-34cd-56ef-1234567890ab}}", "accounts.main.keys.two.id: the key 'one' has the ID '1234abcd-12ab-34cd-56ef-1234567890ab' already"),
    ("      acme-reports:", "      acme_reports:", "accounts.main.buckets.acme_reports: 'acme_reports' is no bucket name; 3 to 63 lowercase letters"),
    ("      acme-reports:", "      10.0.0.1: {}\n      acme-reports:", "accounts.main.buckets.10.0.0.1: '10.0.0.1' is no bucket name"),
    ("actors:  ", "region: us-east-7\nactors:  ", "region: AWS has no Region 'us-east-7'; use one such as us-east-1"),
    ("actors:  ", "actor:  ", "actor: no such field; did you mean actors?"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_an_authors_mistake_is_reported_with_its_place_and_fix(tmp_path, right, wrong, message):
    text = REPORTS.read_text()
    assert right in text
    file = tmp_path / "world.yaml"
    file.write_text(text.replace(right, wrong, 1))

    with pytest.raises(BadFile) as raised:
        load_world(file)

    line = text[: text.index(right)].count("\n") + 1
    assert message in str(raised.value)
    assert f"{file}:{line}:" in str(raised.value)


def test_a_missing_world_is_reported():
    with pytest.raises(BadFile, match=r"nowhere\.yaml:1:1: cannot be read: No such file"):
        load_world(Path("nowhere.yaml"))
