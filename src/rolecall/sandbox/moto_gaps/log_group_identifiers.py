"""Log groups that a request names by their ARN."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from importlib import import_module
from typing import Any

from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap


class LogGroupIdentifiers(Gap):
    """CloudWatch Logs finds a log group by its ARN or name; moto uses the last group for any ARN."""

    operations = frozenset({"logs.DescribeLogStreams", "logs.GetLogEvents", "logs.StartLiveTail"})
    rule = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"

    def before(self, call: Call) -> None:
        """Replace the look-up of moto, which is loaded with the first request for the service."""
        _replace_look_up()


@lru_cache(maxsize=1)
def _replace_look_up() -> None:
    backend: Any = import_module("moto.logs.models").LogsBackend
    backend._find_log_group = _with_named_group(backend._find_log_group)


def _with_named_group(find: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(find)
    def named_group(
        backend: Any, log_group_id: str | None = None, log_group_name: str | None = None
    ) -> Any:
        if log_group_id and not log_group_name:
            arn = log_group_id.removesuffix(":*")
            names = (group.name for group in backend.groups.values() if arn in (group.arn, group.name))
            # For a name that isn't there, moto returns the error of AWS.
            log_group_name = next(names, arn)
        return find(backend, log_group_id, log_group_name)

    return named_group
