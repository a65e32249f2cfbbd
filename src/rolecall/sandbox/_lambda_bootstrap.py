"""Run one invocation of a Python function: the program of the process that `lambda_runtime` starts.

It reads the invocation as JSON from standard input, and writes two lines of JSON to standard output: ``{}``
once the handler is imported, then the result. What the function prints goes to standard error.

The forms of the errors are those of Lambda's own runtime:
https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

from __future__ import annotations

import importlib
import ipaddress
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

_THREAD_STACK = 2**20
_LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{}\t%(message)s"
# https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
_OF_CLIENT = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
# Audit events with an address, by its place among their arguments; and those with a host as the first one.
# Python would ask a name server for the host, which can be another machine.
# https://docs.python.org/3/library/audit_events.html
_WITH_ADDRESS = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}
_WITH_HOST = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_NO_DOT = "not enough values to unpack (expected 2, got 1)"


class _Failure(Exception):
    """An error of the runtime, not of the function."""

    def __init__(self, kind: str, message: str, frames: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.frames = frames


class Context:
    """The context object that a handler gets.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    identity = None

    def __init__(self, invocation: dict[str, Any]) -> None:
        self.function_name = invocation["name"]
        self.function_version = invocation["version"]
        self.invoked_function_arn = invocation["arn"]
        self.memory_limit_in_mb = str(invocation["memory_size"])
        self.aws_request_id = invocation["request_id"]
        self.client_context = _client_context(invocation["client_context"])
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._ends = time.monotonic() + invocation["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the invocation times out."""
        return max(0, int((self._ends - time.monotonic()) * 1000))


def _client_context(sent: dict[str, Any] | None) -> SimpleNamespace | None:
    """Return what the client says about itself; absent members are None, as on AWS."""
    if not sent:
        return None
    client = sent.get("client") or {}
    return SimpleNamespace(
        custom=sent.get("custom"),
        env=sent.get("env"),
        client=SimpleNamespace(**{name: client.get(name) for name in _OF_CLIENT}) if client else None,
    )


def _main() -> None:
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sandbox = os.getppid()
    invocation = json.load(sys.stdin)
    sys.path[:0] = [invocation["folder"], *invocation["layers"]]
    sys.addaudithook(_allow_only_loopback)
    _limit_memory(invocation["memory_size"])
    threading.Thread(target=_end_with, args=(sandbox,), daemon=True).start()
    _log_to_standard_error(invocation["request_id"])
    result: dict[str, Any]
    try:
        handler = _import_handler(invocation["handler"])
        print("{}", file=output, flush=True)
        result = {"payload": _serialize(handler(invocation["event"], Context(invocation)))}
    except MemoryError:
        # Lambda kills a process that needs more memory than the function has.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    except Exception as error:
        described = _describe(error, invocation)
        result = {"error": described}
        print(f"[ERROR] {described['errorType']}: {described['errorMessage']}")
        if described["stackTrace"]:
            print("Traceback (most recent call last):")
            print("".join(described["stackTrace"]).rstrip("\n"))
    sys.stdout.flush()
    print(json.dumps(result), file=output, flush=True)


def _end_with(sandbox: int) -> None:
    """End this process when the sandbox has ended, which can't stop it then."""
    while os.getppid() == sandbox:
        time.sleep(1)
    os._exit(1)


def _log_to_standard_error(request_id: str) -> None:
    """Add a handler to the root logger, as Lambda does, in the format of its logs."""
    handler = logging.StreamHandler()
    formatter = logging.Formatter(_LOG_FORMAT.format(request_id), "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def _import_handler(name: str) -> Callable[[Any, Context], Any]:
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise _Failure("Runtime.MalformedHandlerName", f"Bad handler {name!r}: {_NO_DOT}")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module {module_name!r}: {error}"
        raise _Failure("Runtime.ImportModuleError", message) from None
    except SyntaxError as error:
        message = f"Syntax error in module {module_name!r}: {error}"
        frame = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise _Failure("Runtime.UserCodeSyntaxError", message, (frame,)) from None
    try:
        handler: Callable[[Any, Context], Any] = getattr(module, function_name)
    except AttributeError:
        message = f"Handler {function_name!r} missing on module {module_name!r}"
        raise _Failure("Runtime.HandlerNotFound", message) from None
    return handler


def _serialize(value: Any) -> str:
    try:
        return json.dumps(value, default=_number)
    except (TypeError, ValueError) as error:
        raise _Failure("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def _number(value: Any) -> float:
    """Return the number that a Decimal is. DynamoDB's resources in boto3 have such numbers."""
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


def _describe(error: Exception, invocation: dict[str, Any]) -> dict[str, Any]:
    if isinstance(error, _Failure):
        kind, frames = error.kind, list(error.frames)
    else:
        kind = type(error).__name__
        frames = traceback.format_list(
            [one for one in traceback.extract_tb(error.__traceback__) if one.filename != __file__]
        )
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": invocation["request_id"],
        "stackTrace": [frame.replace(invocation["folder"], "/var/task") for frame in frames],
    }


def _limit_memory(mebibytes: int) -> None:
    # Each thread would count with a stack of 8 MiB, which it doesn't use.
    threading.stack_size(_THREAD_STACK)
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - Windows has no such module

        resource.setrlimit(resource.RLIMIT_DATA, (mebibytes * 2**20, mebibytes * 2**20))


def _allow_only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise PermissionError when the function is about to reach another machine."""
    if event in _WITH_ADDRESS:
        address = arguments[_WITH_ADDRESS[event]]
        host = address[0] if isinstance(address, tuple) else None
    elif event in _WITH_HOST:
        host = arguments[0]
    else:
        return
    if host is not None and not _is_loopback(host):
        raise PermissionError(
            f"{host} isn't on this machine. A function in the sandbox can't reach others."
        )


def _is_loopback(host: str | bytes) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in ("localhost", "")


if __name__ == "__main__":
    _main()
