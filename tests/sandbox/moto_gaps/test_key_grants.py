"""Grants on KMS keys, and the condition keys of KMS.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

import pytest

from rolecall import Sandbox

MAIN, PARTNER = "111122223333", "444455556666"
WORLD = f"""
world: grants
accounts:
  main:
    id: "{MAIN}"
    users:
      admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
      worker: {{}}
      retiree: {{}}
      alias-user:
        policies:
          kms:
            Version: "2012-10-17"
            Statement:
              - {{Effect: Allow, Action: "kms:Encrypt", Resource: "*", Condition: {{StringEquals: {{"kms:RequestAlias": alias/one}}}}}}
              - {{Effect: Allow, Action: "kms:DescribeKey", Resource: "*", Condition: {{"ForAnyValue:StringEquals": {{"kms:ResourceAliases": alias/one}}}}}}
              - {{Effect: Allow, Action: "kms:ReEncryptFrom", Resource: "*", Condition: {{StringEquals: {{"kms:EncryptionContext:step": old}}}}}}
              - {{Effect: Allow, Action: "kms:ReEncryptTo", Resource: "*", Condition: {{StringEquals: {{"kms:EncryptionContext:step": new}}}}}}
              - Effect: Allow
                Action: "kms:CreateGrant"
                Resource: "*"
                Condition: {{StringEquals: {{"kms:GrantConstraintType": EncryptionContextSubset}}}}
    keys:
      one: {{alias: alias/one}}
      other: {{alias: alias/other}}
      sealed:
        alias: alias/sealed
        policy:
          Version: "2012-10-17"
          Statement: {{Effect: Allow, Principal: {{AWS: "arn:aws:iam::{MAIN}:user/admin"}}, Action: "kms:*", Resource: "*"}}
  partner:
    id: "{PARTNER}"
    users: {{admin: {{managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}}
actors:
  admin: {{user: main/admin}}
  worker: {{user: main/worker}}
  retiree: {{user: main/retiree}}
  alias-user: {{user: main/alias-user}}
  partner: {{user: partner/admin}}
"""
WORKER = f"arn:aws:iam::{MAIN}:user/worker"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    file = tmp_path_factory.mktemp("worlds") / "grants.yaml"
    file.write_text(WORLD)
    with Sandbox(file) as lab:
        yield lab


@pytest.fixture
def admin(lab):
    return lab.client("kms", actor="admin")


@pytest.fixture
def worker(lab):
    return lab.client("kms", actor="worker")


@pytest.fixture
def sealed(admin):
    """A key that only the administrator can use; it has no grants before and after a test."""
    key = admin.describe_key(KeyId="alias/sealed")["KeyMetadata"]["KeyId"]
    yield key
    for grant in admin.list_grants(KeyId=key)["Grants"]:
        admin.revoke_grant(KeyId=key, GrantId=grant["GrantId"])


def allowed(method, **parameters):
    try:
        method(**parameters)
    except method.__self__.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


def test_a_grant_allows_its_operations_and_no_others(admin, worker, sealed):
    admin.create_grant(KeyId=sealed, GranteePrincipal=WORKER, Operations=["Encrypt"])

    assert allowed(worker.encrypt, KeyId=sealed, Plaintext=b"1")
    assert not allowed(worker.generate_data_key, KeyId=sealed, KeySpec="AES_256")


def test_without_a_grant_the_key_policy_decides(worker, sealed):
    assert not allowed(worker.encrypt, KeyId=sealed, Plaintext=b"1")


# https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
@pytest.mark.parametrize(
    ("constraint", "context", "fits"),
    [
        ("EncryptionContextEquals", {"team": "blue"}, True),
        ("EncryptionContextEquals", {"team": "blue", "year": "2026"}, False),
        ("EncryptionContextEquals", {}, False),
        ("EncryptionContextSubset", {"team": "blue", "year": "2026"}, True),
        ("EncryptionContextSubset", {"team": "red"}, False),
    ],
)
def test_a_grant_can_require_an_encryption_context(admin, worker, sealed, constraint, context, fits):
    admin.create_grant(
        KeyId=sealed,
        GranteePrincipal=WORKER,
        Operations=["Encrypt", "DescribeKey"],
        Constraints={constraint: {"team": "blue"}},
    )

    assert allowed(worker.encrypt, KeyId=sealed, Plaintext=b"1", EncryptionContext=context) is fits
    assert allowed(worker.describe_key, KeyId=sealed)


def test_a_revoked_grant_allows_nothing(admin, worker, sealed):
    grant = admin.create_grant(KeyId=sealed, GranteePrincipal=WORKER, Operations=["Encrypt"])
    admin.revoke_grant(KeyId=sealed, GrantId=grant["GrantId"])

    assert not allowed(worker.encrypt, KeyId=sealed, Plaintext=b"1")


def test_the_retiring_principal_retires_a_grant_by_its_token(lab, admin, worker, sealed):
    """https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html"""
    retiree = lab.client("kms", actor="retiree")
    token = admin.create_grant(
        KeyId=sealed,
        GranteePrincipal=WORKER,
        RetiringPrincipal=f"arn:aws:iam::{MAIN}:user/retiree",
        Operations=["Encrypt"],
    )["GrantToken"]

    assert not allowed(worker.retire_grant, GrantToken=token)
    retiree.retire_grant(GrantToken=token)

    assert not allowed(worker.encrypt, KeyId=sealed, Plaintext=b"1")


def test_decrypt_without_a_key_id_is_decided_on_the_key_of_the_ciphertext(admin, worker, sealed):
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"""
    ciphertext = admin.encrypt(KeyId=sealed, Plaintext=b"1")["CiphertextBlob"]

    assert not allowed(worker.decrypt, CiphertextBlob=ciphertext)
    assert admin.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"1"


# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
@pytest.mark.parametrize(
    ("method", "parameters", "fits"),
    [
        ("encrypt", {"KeyId": "alias/one", "Plaintext": b"1"}, True),
        ("encrypt", {"KeyId": f"arn:aws:kms:us-east-1:{MAIN}:alias/one", "Plaintext": b"1"}, True),
        ("encrypt", {"KeyId": "ONE", "Plaintext": b"1"}, False),
        ("encrypt", {"KeyId": "alias/other", "Plaintext": b"1"}, False),
        ("describe_key", {"KeyId": "ONE"}, True),
        ("describe_key", {"KeyId": "alias/other"}, False),
        (
            "create_grant",
            {"KeyId": "ONE", "Constraints": {"EncryptionContextSubset": {"a": "b"}}},
            True,
        ),
        ("create_grant", {"KeyId": "ONE"}, False),
    ],
)
def test_policies_can_name_aliases_and_kinds_of_grants(lab, admin, method, parameters, fits):
    client = lab.client("kms", actor="alias-user")
    one = admin.describe_key(KeyId="alias/one")["KeyMetadata"]["Arn"]
    parameters = {**parameters, "KeyId": parameters["KeyId"].replace("ONE", one)}
    if method == "create_grant":
        parameters |= {"GranteePrincipal": WORKER, "Operations": ["Encrypt"]}

    assert allowed(getattr(client, method), **parameters) is fits


@pytest.mark.parametrize(("old", "new", "fits"), [("old", "new", True), ("new", "old", False)])
def test_reencrypt_has_the_context_of_each_side(lab, admin, old, new, fits):
    client = lab.client("kms", actor="alias-user")
    context = {"step": old}
    ciphertext = admin.encrypt(KeyId="alias/one", Plaintext=b"1", EncryptionContext=context)[
        "CiphertextBlob"
    ]

    assert (
        allowed(
            client.re_encrypt,
            CiphertextBlob=ciphertext,
            SourceEncryptionContext=context,
            DestinationKeyId="alias/other",
            DestinationEncryptionContext={"step": new},
        )
        is fits
    )


# https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("encrypt", {"Plaintext": b"1"}),
        ("schedule_key_deletion", {}),
        ("put_key_policy", {"PolicyName": "default", "Policy": "{}"}),
    ],
)
def test_an_aws_managed_key_is_used_by_its_service_only(admin, method, parameters):
    described = admin.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert described["KeyManager"] == "AWS"

    assert not allowed(getattr(admin, method), KeyId=described["KeyId"], **parameters)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("create_alias", {"AliasName": "alias/aws/mine"}),
        ("create_alias", {"AliasName": "alias/aws/s3"}),
        ("update_alias", {"AliasName": "alias/aws/s3"}),
        ("delete_alias", {"AliasName": "alias/aws/s3"}),
    ],
)
def test_aliases_of_aws_are_protected(admin, method, parameters):
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html"""
    if method != "delete_alias":
        parameters = {
            **parameters,
            "TargetKeyId": admin.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyId"],
        }

    with pytest.raises(admin.exceptions.ClientError, match="NotAuthorizedException"):
        getattr(admin, method)(**parameters)


@pytest.mark.parametrize("key", ["key/00000000-0000-0000-0000-000000000000", "alias/one", "alias/nowhere"])
def test_a_key_of_another_account_is_denied_whether_it_exists_or_not(lab, key):
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"""
    partner = lab.client("kms", actor="partner")

    assert not allowed(partner.encrypt, KeyId=f"arn:aws:kms:us-east-1:{MAIN}:{key}", Plaintext=b"1")


@pytest.mark.parametrize("key", ["alias/nowhere", f"arn:aws:kms:us-east-1:{MAIN}:alias/nowhere"])
def test_an_alias_that_does_not_exist_is_not_found(admin, key):
    with pytest.raises(
        admin.exceptions.NotFoundException, match=r"Alias arn:aws:kms:.*alias/nowhere is not found"
    ):
        admin.encrypt(KeyId=key, Plaintext=b"1")
