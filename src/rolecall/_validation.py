"""Validate what a YAML file holds with a pydantic model, and report each fault at its place in the file."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rolecall._yaml import BadFile, Document, Fault, Where, did_you_mean

M = TypeVar("M", bound=BaseModel)


def validate(document: Document, model: type[M]) -> M:
    """Validate a document with a model.

    Raises
    ------
    BadFile
        With every fault that the model finds.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        faults: dict[Where, Fault] = {}
        for one in error.errors():
            fault = _fault(document, model, one)
            # A union reports an error for each of its members; the first one is enough.
            faults.setdefault((*fault.where, fault.line, fault.column), fault)
        raise BadFile(list(faults.values())) from None


def _fault(document: Document, model: type[BaseModel], error: Any) -> Fault:
    where = _path_in_file(document, error["loc"])
    problem: str
    match error["type"]:
        case "missing":
            return document.fault(where[:-1], f"{where[-1]} is missing{_named(document, where[:-1])}")
        case "union_tag_not_found":
            return document.fault(where, f"{error['ctx']['discriminator'].strip(_QUOTE)} is missing")
        case "union_tag_invalid":
            tag = error["ctx"]["discriminator"].strip(_QUOTE)
            expected = [one.strip(" '") for one in error["ctx"]["expected_tags"].split(",")]
            given = error["ctx"]["tag"]
            return document.fault(
                (*where, tag), f"there is no {tag} {given!r}{did_you_mean(given, expected)}"
            )
        case "extra_forbidden":
            return document.key_fault(where, f"no such field{_suggestion(document, model, where)}")
        case "value_error":
            problem = str(error["ctx"]["error"])
        case "literal_error":
            problem = f"{_shown(error['input'])} is not one of {error['ctx']['expected']}"
        case "string_type":
            problem = _not_a_text(document.written.get(where), error["input"])
        case "list_type":
            problem = f"this must be a list, with `- ` before each item, not {_shown(error['input'])}"
        case "dict_type" | "model_type" | "model_attributes_type":
            problem = f"this must be fields, `name: value`, not {_shown(error['input'])}"
            if not where:
                fields = ", ".join(field.alias or name for name, field in model.model_fields.items())
                problem += f"; the fields of this file are {fields}"
        case "int_type" | "int_parsing" | "float_type" | "float_parsing" | "finite_number":
            problem = (
                f"this must be a number, without quotes and without a unit, not {_shown(error['input'])}"
            )
        case "bool_type":
            problem = f"this must be true or false, without quotes, not {_shown(error['input'])}"
        case _:
            message = re.sub(r"^Input should be", "should be", error["msg"])
            problem = f"{message}, not {_shown(error['input'])}"
    return document.fault(where, problem)


_QUOTE = "'"


def _not_a_text(written: str | None, value: object) -> str:
    if written is None:
        fix = "; put a text that starts with [ or { in quotes" if isinstance(value, (list, dict)) else ""
        fix += ", and begin a text without - before it" if isinstance(value, list) else ""
        return f"this must be a text, not {_shown(value)}{fix}"
    if not written:
        return "this must be a text, but nothing is here; write one"
    if written == repr(value):
        return f"this must be a text, not {written}; put it in quotes"
    return (
        f'this must be a text, but YAML reads {written} as {_shown(value)}; put it in quotes, "{written}"'
    )


def _named(document: Document, where: Where) -> str:
    """Name a part of a list as its author knows it, by its ID or its text."""
    value = _value_at(document, where)
    if not where or not isinstance(where[-1], int) or not isinstance(value, dict):
        return ""
    name = next((value[field] for field in ("id", "text", "left", "front") if field in value), None)
    return f" in {_shown(name)}" if name is not None else ""


def _path_in_file(document: Document, location: Where) -> Where:
    """Drop the names of union members that pydantic puts into a location."""
    where: Where = ()
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if index and isinstance(location[index - 1], int) and _kind_at(document, where) == part:
            # This is the kind, not a field of the same name; the field would come after it.
            continue
        exists = (*where, part) in document.places
        names_a_type = isinstance(part, str) and not re.fullmatch(r"[\w-]+", part)
        if exists or (last and not names_a_type and isinstance(_value_at(document, where), dict)):
            where = (*where, part)
    return where


def _kind_at(document: Document, where: Where) -> Any:
    value = _value_at(document, where)
    return value.get("kind") if isinstance(value, dict) else None


def _value_at(document: Document, where: Where) -> Any:
    value: Any = document.value
    for part in where:
        value = value[part]
    return value


def _suggestion(document: Document, model: type[BaseModel], where: Where) -> str:
    fields = _fields_at(document, model, where[:-1])
    return did_you_mean(str(where[-1]), fields) if fields else ""


def _fields_at(document: Document, model: type[BaseModel], where: Where) -> list[str]:
    """List the fields of the model at a path; of several models, the one that the kind names."""
    current: Any = model
    for index, part in enumerate(where):
        current = _inner(_models_at(document, current, where[:index]), current, part)
        if current is None:
            return []
    models = _models_at(document, current, where)
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_at(document: Document, annotation: Any, where: Where) -> list[type[BaseModel]]:
    models = _models(annotation)
    kind = _kind_at(document, where)
    named = [one for one in models if kind in _kinds(one)]
    return named or models


def _kinds(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return getattr(field.annotation, "__args__", ()) if field else ()


def _inner(models: list[type[BaseModel]], annotation: Any, part: str | int) -> Any:
    for one in models:
        for name, field in one.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    arguments = getattr(annotation, "__args__", ())
    for argument in arguments[-1:] if arguments else ():
        return argument
    return None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if getattr(annotation, "__origin__", None) in (dict, list, tuple):
        return []
    return [
        one
        for one in getattr(annotation, "__args__", ())
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
