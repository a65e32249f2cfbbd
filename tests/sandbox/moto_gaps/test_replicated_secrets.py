"""Secrets that are replicated to another Region.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
"""

import pytest


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
