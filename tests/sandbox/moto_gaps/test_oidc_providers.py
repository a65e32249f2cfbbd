"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html"""

import pytest
from botocore.exceptions import ClientError


def error_of(call, **parameters) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_provider_needs_no_thumbprint_but_a_url_with_https(iam):
    code, _ = error_of(iam.create_open_id_connect_provider, Url="http://first.example")

    assert code == "ValidationError"
    assert iam.create_open_id_connect_provider(Url="https://first.example", ClientIDList=["app"])


def test_an_account_has_one_provider_for_a_url(iam):
    iam.create_open_id_connect_provider(Url="https://second.example", ClientIDList=["app"])

    assert error_of(
        iam.create_open_id_connect_provider, Url="https://second.example", ClientIDList=["b"]
    ) == (
        "EntityAlreadyExists",
        "Provider with url https://second.example already exists.",
    )
