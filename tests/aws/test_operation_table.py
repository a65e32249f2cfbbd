"""The table of operations is committed, so that a reader can review it and a change shows in the diff."""

import pytest

from aws import operation_table

REVIEWED = (
    "dynamodb", "ec2", "ecr", "ecs", "events", "iam", "kms", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs",
    "ssm", "sts",
)  # fmt: skip
WRITE = "run `uv run python tests/aws/operation_table.py` and review the difference"


@pytest.mark.parametrize("service", REVIEWED)
def test_every_operation_is_mapped(service):
    unmapped = [
        name
        for name in operation_table.operations(service)
        if operation_table.status(service, name) == "unmapped"
    ]

    assert unmapped == []


@pytest.mark.parametrize("service", REVIEWED)
def test_the_committed_table_is_current(service):
    committed = (operation_table.FOLDER / f"{service}.tsv").read_text(encoding="utf-8")

    assert operation_table.listing(service) == committed, WRITE


@pytest.mark.slow
def test_the_committed_tables_of_all_services_are_current():
    committed = {
        file.stem: file.read_text(encoding="utf-8") for file in operation_table.FOLDER.glob("*.tsv")
    }
    current = {service: operation_table.listing(service) for service in operation_table.services()}

    assert {**current, "_totals": operation_table.totals()} == committed, WRITE
