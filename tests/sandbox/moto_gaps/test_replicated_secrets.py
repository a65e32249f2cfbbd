"""Secrets that are replicated to another Region.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
"""

import pytest
from botocore.exceptions import ClientError


def test_a_replica_is_read_in_its_own_region(administered):
    primary = administered.client("secretsmanager", actor="admin")
    primary.create_secret(Name="shared", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])
    replica = administered.client("secretsmanager", actor="admin", region_name="eu-west-1")
    assert replica.get_secret_value(SecretId="shared")["SecretString"] == "x"
    assert replica.describe_secret(SecretId="shared")["PrimaryRegion"] == "us-east-1"


def test_parameter_store_reports_a_missing_secret_as_a_missing_parameter(administered):
    ssm = administered.client("ssm", actor="admin")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/aws/reference/secretsmanager/none", WithDecryption=True)


# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
def test_responses_about_replicas_and_versions_have_the_arn_of_the_secret(administered):
    secrets = administered.client("secretsmanager", actor="admin")
    arn = secrets.create_secret(Name="listed", SecretString="x")["ARN"]

    replicated = secrets.replicate_secret_to_regions(
        SecretId="listed", AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    removed = secrets.remove_regions_from_replication(SecretId="listed", RemoveReplicaRegions=["eu-west-1"])

    assert [replicated["ARN"], removed["ARN"]] == [arn, arn]
    assert secrets.list_secret_version_ids(SecretId="listed")["ARN"] == arn
    with pytest.raises(ClientError, match="Invalid replica region"):
        secrets.replicate_secret_to_regions(SecretId="listed", AddReplicaRegions=[{"Region": "mars-1"}])
