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


# https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
def test_client_ids_are_added_and_removed_any_number_of_times(iam):
    url = "https://third.example"
    arn = iam.create_open_id_connect_provider(Url=url, ClientIDList=["a"])["OpenIDConnectProviderArn"]
    provider = {"OpenIDConnectProviderArn": arn}

    for operation, client_id in (("add", "b"), ("add", "b"), ("remove", "a"), ("remove", "a")):
        way = "to" if operation == "add" else "from"
        getattr(iam, f"{operation}_client_id_{way}_open_id_connect_provider")(
            **provider, ClientID=client_id
        )

    assert iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["b"]


def test_client_ids_belong_to_a_provider_that_exists_and_has_at_most_a_hundred(iam):
    arn = iam.create_open_id_connect_provider(
        Url="https://fourth.example", ClientIDList=[str(number) for number in range(100)]
    )["OpenIDConnectProviderArn"]
    add = iam.add_client_id_to_open_id_connect_provider

    assert error_of(add, OpenIDConnectProviderArn=arn, ClientID="x")[0] == "LimitExceeded"
    assert error_of(add, OpenIDConnectProviderArn=f"{arn}/none", ClientID="x")[0] == "NoSuchEntity"
