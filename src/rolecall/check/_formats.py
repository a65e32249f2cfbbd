"""Format findings for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from rolecall._version import __version__
from rolecall.check._findings import Finding, Severity

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def human(findings: Sequence[Finding]) -> str:
    """Write one line for each finding."""
    return "".join(f"{one}\n" for one in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Write a list of JSON objects."""
    fields = ("file", "line", "column", "rule", "message")
    objects = [
        {"severity": one.severity.value, **{name: getattr(one, name) for name in fields}}
        for one in findings
    ]
    return json.dumps(objects, indent=1, ensure_ascii=False) + "\n"


def sarif(findings: Sequence[Finding]) -> str:
    """Write SARIF 2.1.0, which code scanning reads.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    rules = sorted({one.rule for one in findings})
    driver = {"name": "rolecall check", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in findings]}
    return (
        json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)
        + "\n"
    )


def _result(finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    place = {"artifactLocation": {"uri": finding.file}, "region": region}
    return {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
    }


def github(findings: Sequence[Finding]) -> str:
    """Write GitHub's workflow commands, which annotate a pull request.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "".join(
        f"::{one.severity.value} file={_property(one.file)},line={one.line},col={one.column},"
        f"title={_property(one.rule)}::{_data(one.message)}\n"
        for one in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit(findings: Sequence[Finding]) -> str:
    """Write JUnit's XML: a test case for each finding, or one that passed."""
    errors = [one for one in findings if one.severity is Severity.ERROR]
    suite = etree.Element(
        "testsuite", name="rolecall check", tests=str(max(1, len(findings))), failures=str(len(errors))
    )
    for one in findings:
        case = etree.SubElement(
            suite, "testcase", classname=one.file, name=f"{one.rule} in line {one.line}", file=one.file
        )
        tag = "failure" if one.severity is Severity.ERROR else "system-out"
        etree.SubElement(case, tag).text = _xml_text(str(one))
    if not findings:
        etree.SubElement(suite, "testcase", classname="course", name="check")
    return etree.tostring(suite, encoding="unicode", pretty_print=True)


def _xml_text(text: str) -> str:
    return "".join(one for one in text if one in "\t\n\r" or ord(one) >= ord(" "))


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "human": human,
    "json": as_json,
    "sarif": sarif,
    "github": github,
    "junit": junit,
}
