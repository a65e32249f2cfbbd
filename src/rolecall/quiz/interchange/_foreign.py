"""Recognize files of programs whose formats aren't read, to name them in the refusal."""

from __future__ import annotations

import io
import re
import zipfile

from rolecall.quiz.interchange._losses import beginning

_SIGNS: tuple[tuple[str, str], ...] = (
    (r"<moodle_backup\b", "a backup of a Moodle course; export its question bank as Moodle XML"),
    (
        r"<(?:\w+:)?(?:qti-)?assessment-?[tT]est\b",
        "a test of QTI{version} without its items; import the package (.zip), or each item",
    ),
    (
        r"<(?:\w+:)?(?:qti-)?assessment-?[rR]esult\b",
        "a report of a learner's results (QTI{version}), and has no questions",
    ),
    (r"<(?:\w+:)?manifest\b[^<>]*adlcp", "the manifest of a SCORM course, whose questions are programs"),
    (
        r"<(?:\w+:)?manifest\b[^<>]*imscp",
        "the manifest of a package; import the package (.zip) that it belongs to",
    ),
    (
        r"(?m)^(MC|MA|TF|ESS|ORD|MAT|FIB|FIL|NUM|SR|OP)\t|<POOL\b",
        "a Blackboard test; export the pool as a QTI 2.1 package",
    ),
    (
        r"(?i)^\W*(front|#separator:)\W*",
        "an Anki export of flash cards, which have no options to choose from",
    ),
    (
        r"(?mi)^NewQuestion,(MC|MS|TF|SA|WR|M|O)\b",
        "a question file of D2L Brightspace; export the quiz as a QTI package",
    ),
    (
        r"(?m)^Type: *(MC|MA|MR|TF|E|F|FMB|MT) *$|^\d+\) .*\n+ *\*?[a-z][).] ",
        "a Respondus file; export it as a QTI package, or write 1. instead of 1) as text2qti does",
    ),
    (
        r"(?m)^exsolution:|\\exsolution\{|^Meta-information *$",
        "an exercise of R/exams; export it with exams2moodle or exams2qti21",
    ),
    (
        r"\\begin\{(questions?|questionmult|oneparcheckboxes|choices|quiz)\}",
        "an exam in LaTeX; convert it to Moodle XML, such as with amc2moodle",
    ),
    (
        r"(?m)^\*{1,2}(\[.*\])? .*\n(?:[+-] .*\n?){2}",
        "an Auto Multiple Choice file (AMC-TXT); convert it to Moodle XML",
    ),
    (
        r"<problem\b|<(multiplechoice|choice|option|string|numerical)response\b",
        "a problem of Open edX (OLX); copy its questions into a Markdown exam",
    ),
    (r"(?i)^\s*(<!doctype html|<html)\b", "a web page; copy its questions into a Markdown exam"),
    (r"^%PDF-", "a PDF file; copy its questions into a Markdown exam"),
    (r"^\{\\rtf", "a text in RTF; save it as a text file"),
)
_ENTRIES: tuple[tuple[str, str], ...] = (
    (r"h5p\.json$", "an H5P package; export its questions as a spreadsheet, or copy them into Markdown"),
    (r"word/document\.xml$", "a Word document; save it as a text file, and import that as a Markdown exam"),
    (r"ppt/presentation\.xml$", "a PowerPoint file; copy its questions into a Markdown exam"),
    (r"content\.xml$", "a document of LibreOffice; save a spreadsheet as CSV, or a text as a text file"),
    (r"collection\.anki2\w*$", "an Anki package of flash cards, which have no options to choose from"),
    (r"moodle_backup\.xml$", "a backup of a Moodle course; export its question bank as Moodle XML"),
    (r"res\d+\.dat$", "a Blackboard archive; export the pool as a QTI 2.1 package"),
)
"""What the names of a package's files say about it."""


def foreign_format(content: bytes) -> str | None:
    """Return what a file is and what to do with it, if it's in a known format that isn't read."""
    if content.startswith(b"PK"):
        return _foreign_package(content)
    if content.startswith(b"\x1f\x8b"):
        return (
            "a compressed archive, such as a backup of a Moodle course; export the questions as Moodle XML"
        )
    text = beginning(content)
    version = re.search(r"imsqti(?:asi|_result)?_v(\d)p(\d)", text)
    what = next((what for sign, what in _SIGNS if re.search(sign, text)), None)
    return what and what.format(version=f" {version[1]}.{version[2]}" if version else "")


def _foreign_package(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    return next((what for end, what in _ENTRIES if any(re.search(end, name) for name in names)), None)
