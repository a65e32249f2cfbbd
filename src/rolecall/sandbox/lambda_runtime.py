"""Run Python functions of Lambda: each invocation in its own process, with the credentials of the role.

The process has the limits of the function for time and memory, and it reaches this machine only. It isn't a
jail: a function runs with the permissions of the user who runs the sandbox.
"""

from __future__ import annotations

import io
import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rolecall.sandbox.moto_state.awslambda import FunctionFacts

FUNCTIONS_VARIABLE = "ROLECALL_SANDBOX_FUNCTIONS"
"""The environment variable with which a service that grades learners' calls turns functions off."""
# Lambda allows ten seconds; a busy laptop can need longer to import boto3.
_INIT_SECONDS = 60.0
_BOOTSTRAP = Path(__file__).with_name("_lambda_bootstrap.py")
_LOG_BYTES = 4096
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_PAYLOAD = 6 * 2**20 + 100


@dataclass(frozen=True, slots=True)
class Invocation:
    """The result of one invocation.

    Parameters
    ----------
    payload
        JSON: what the handler returned, or the error.
    failed
        Whether the function failed.
    log
        The last 4 KiB of its log.
    """

    payload: bytes
    failed: bool
    log: bytes


def run_function(
    function: FunctionFacts,
    event: Any,
    variables: Mapping[str, str],
    request_id: str,
    client_context: Mapping[str, Any] | None = None,
) -> Invocation:
    """Run a function once.

    Parameters
    ----------
    function
        The function.
    event
        What the handler gets.
    variables
        The environment variables with the endpoint and the credentials of the execution role.
    request_id
        The ID of the invocation.
    client_context
        What the client says about itself, for the context object.

    Raises
    ------
    zipfile.BadZipFile
        If the deployment package isn't a ZIP file.
    """
    with (
        tempfile.TemporaryDirectory(prefix="rolecall-function-") as folder,
        tempfile.TemporaryFile() as log,
    ):
        task = Path(folder).resolve() / "task"
        layers = Path(folder).resolve() / "opt"
        for content, target in ((function.code, task), *((layer, layers) for layer in function.layers)):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                package.extractall(target)
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-I", str(_BOOTSTRAP)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=task,
            env=_environment(function, folder, variables),
            start_new_session=True,
        )
        try:
            content, failed, failure = _communicate(
                process,
                {
                    "folder": str(task),
                    # https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
                    "layers": [
                        str(layers / "python"),
                        str(layers / "python" / "lib" / function.runtime / "site-packages"),
                    ],
                    "handler": function.handler,
                    "event": event,
                    "name": function.name,
                    "version": function.version,
                    # https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
                    "arn": function.invoked_arn,
                    "memory_size": function.memory_size,
                    "timeout": function.timeout,
                    "request_id": request_id,
                    "client_context": client_context,
                },
                function.timeout,
            )
        finally:
            _kill(process)
        duration = (time.monotonic() - started) * 1000
        lines = (
            f"START RequestId: {request_id} Version: {function.version}\n".encode(),
            _end_of(log),
            b"" if failure is None else f"{failure}\n".encode(),
            f"END RequestId: {request_id}\n".encode(),
            f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\t"
            f"Billed Duration: {math.ceil(duration)} ms\t"
            f"Memory Size: {function.memory_size} MB\n".encode(),
        )
        return Invocation(content, failed, b"".join(lines)[-_LOG_BYTES:])


def _environment(function: FunctionFacts, folder: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a function.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    return {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": folder,
        "HOME": folder,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"rolecall/[{function.version}]",
        "LAMBDA_TASK_ROOT": str(Path(folder).resolve() / "task"),
        "_HANDLER": function.handler,
        **function.environment,
        **variables,
    }


def _communicate(
    process: subprocess.Popen[bytes], invocation: Mapping[str, Any], timeout: float
) -> tuple[bytes, bool, str | None]:
    """Send the invocation; return the payload, whether the function failed, and what Lambda logs of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    lines: queue.Queue[bytes] = queue.Queue()
    reader = threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True)
    reader.start()
    with process.stdin as stream:
        stream.write(json.dumps(invocation).encode())
    request_id = invocation["request_id"]
    try:
        line = lines.get(timeout=_INIT_SECONDS)
        result = json.loads(line) if line else None
        if result == {}:
            line = lines.get(timeout=timeout)
            result = json.loads(line) if line else None
    except queue.Empty:
        message = f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
        return _error("Sandbox.Timedout", message), True, message
    if result is None:
        message = f"RequestId: {request_id} Error: Runtime exited {_ending(process.wait())}"
        return _error("Runtime.ExitError", message), True, message
    if "error" in result:
        return json.dumps(result["error"]).encode(), True, None
    payload = str(result["payload"]).encode()
    if len(payload) > _LONGEST_PAYLOAD:
        message = f"Response payload size exceeded maximum allowed payload size ({_LONGEST_PAYLOAD} bytes)."
        return _error("Function.ResponseSizeTooLarge", message), True, message
    return payload, False, None


def _read_lines(stream: Any, lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    # An empty line says that the process has ended.
    lines.put(b"")


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _ending(status: int) -> str:
    if status == 0:
        return "without providing a reason"
    if status > 0:
        return f"with error: exit status {status}"
    name = "killed" if -status == signal.SIGKILL else signal.strsignal(-status)
    return f"with error: signal: {name}"


def _end_of(log: IO[bytes]) -> bytes:
    """Read as much of a log as a response can have; a function can print any amount."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
    return log.read()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a function and the processes that it started, which would keep its output open."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
