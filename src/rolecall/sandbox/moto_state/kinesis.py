"""Kinesis streams and their consumers."""

from __future__ import annotations

from rolecall.sandbox.moto_state._backends import backend


def rename_consumer(account: str, region: str, arn: str, new: str) -> None:
    """Give the consumer of a stream that has an ARN another one."""
    for stream in list(backend("kinesis", account, region).streams.values()):
        for consumer in stream.consumers:
            if consumer.consumer_arn == arn:
                consumer.consumer_arn = new
