"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html"""

BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_get_user_shows_a_boundary_and_list_users_does_not(iam):
    iam.create_user(UserName="zhang", PermissionsBoundary=BOUNDARY)

    shown = iam.get_user(UserName="zhang")["User"]
    (listed,) = [user for user in iam.list_users()["Users"] if user["UserName"] == "zhang"]

    assert shown["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    assert listed == {key: value for key, value in shown.items() if key != "PermissionsBoundary"}
