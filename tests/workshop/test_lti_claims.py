"""What the claims of a launch say about a person."""

import pytest

from rolecall.workshop.lti_claims import ContextRole, context_role, parse_claims

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"
INSTRUCTOR, ASSISTANT, LEARNER = ContextRole


# https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies
@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([f"{MEMBERSHIP}#Instructor"], INSTRUCTOR),
        ([f"{MEMBERSHIP}#Administrator"], INSTRUCTOR),
        ([f"{MEMBERSHIP}#Learner"], LEARNER),
        ([f"{MEMBERSHIP}#Mentor"], LEARNER),
        ([f"{MEMBERSHIP}#ContentDeveloper"], LEARNER),
        ([f"{INSTITUTION}#Instructor", f"{MEMBERSHIP}#Learner"], LEARNER),
        ([f"{INSTITUTION}#Administrator"], LEARNER),
        ([f"{SYSTEM}#Administrator", f"{SYSTEM}#SysAdmin"], LEARNER),
        (["Instructor"], INSTRUCTOR),
        (["Learner"], LEARNER),
        ([f"{MEMBERSHIP}/Instructor#PrimaryInstructor"], INSTRUCTOR),
        ([f"{MEMBERSHIP}/Instructor#GuestInstructor", f"{MEMBERSHIP}#Instructor"], INSTRUCTOR),
        ([f"{MEMBERSHIP}/Instructor#TeachingAssistant"], ASSISTANT),
        ([f"{MEMBERSHIP}/Instructor#TeachingAssistant", f"{MEMBERSHIP}#Instructor"], ASSISTANT),
        ([f"{MEMBERSHIP}#TeachingAssistant"], ASSISTANT),
        (
            [f"{MEMBERSHIP}/Instructor#TeachingAssistant", f"{MEMBERSHIP}/Instructor#Lecturer"],
            INSTRUCTOR,
        ),
        ([f"{MEMBERSHIP}/Learner#Instructor"], LEARNER),
        (["https://evil.example/membership#Instructor"], LEARNER),
        ([], LEARNER),
    ],
)
def test_the_role_in_the_course_decides(roles, role):
    assert context_role(roles) is role


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Ana Ruiz"}, "Ana Ruiz"),
        ({"name": " Ana   Ruiz "}, "Ana Ruiz"),
        ({"given_name": "Ana", "family_name": "Ruiz"}, "Ana Ruiz"),
        ({"name": None, "given_name": "Ana"}, "Ana"),
        ({"name": "می\u200cخواهم"}, "میخواهم"),
        ({"name": "\u200fדנה\u200f"}, "דנה"),
        ({"name": "Ana 👩\u200d💻"}, "Ana 👩💻"),
        ({"name": "\u200b \u200b"}, ""),
        ({"name": "A" * 80}, "A" * 60),
        ({}, ""),
    ],
)
def test_a_name_is_shown_without_what_cannot_be_seen(claims, name):
    assert parse_claims({"iss": "i", "aud": "a", "nonce": "n"} | claims).display_name == name


def test_optional_claims_may_be_null():
    claims = parse_claims(
        {
            "iss": "i",
            "aud": "a",
            "nonce": "n",
            "name": None,
            "https://purl.imsglobal.org/spec/lti/claim/roles": None,
            "https://purl.imsglobal.org/spec/lti/claim/context": None,
            "https://purl.imsglobal.org/spec/lti/claim/custom": None,
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"scope": None, "lineitem": None},
        }
    )

    assert (claims.role, claims.display_name, claims.line_item) == (LEARNER, "", "")


LTI = "https://purl.imsglobal.org/spec/lti/claim"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


@pytest.mark.parametrize(
    ("claims", "read"),
    [
        # PHP writes an object without fields as an empty list.
        (
            {f"{LTI}/{name}": [] for name in ("custom", "context", "lis", "ext", "resource_link")},
            {"login": ""},
        ),
        ({f"{LTI}/custom": "", GRADES: []}, {"line_item": ""}),
        ({"sub": 7, f"{LTI}/deployment_id": 1}, {"sub": "7", "deployment_id": "1"}),
        ({f"{LTI}/lis": {"person_sourcedid": 4711}}, {"login": "4711"}),
        ({f"{LTI}/roles": "Instructor"}, {"role": INSTRUCTOR}),
        ({f"{LTI}/roles": ["Learner", None]}, {"role": LEARNER}),
        (
            {GRADES: {"scope": f"openid {SCORE}", "lineitem": "https://lms/1"}},
            {"line_item": "https://lms/1"},
        ),
        # What the service doesn't read can have any value.
        ({f"{LTI}/context": {"id": "c", "title": 9}, "x": [2**70, "a\0b"]}, {"role": LEARNER}),
    ],
)
def test_what_platforms_send_instead_of_what_the_specification_has_is_read(claims, read):
    parsed = parse_claims({"iss": "i", "aud": "a", "nonce": "n"} | claims)

    assert {name: getattr(parsed, name) for name in read} == read


def test_a_custom_parameter_is_found_by_its_name_in_any_case_without_its_line_break():
    custom = {"Assessment": " roles-midterm\r\n", "due": None, "id": 2**70}

    parsed = parse_claims({"iss": "i", "aud": "a", "nonce": "n", f"{LTI}/custom": custom})

    assert (parsed.custom_text("assessment"), parsed.custom_text("lesson")) == ("roles-midterm", "")
