"""Which type a resource has, by its ARN, and whether its tags can be used in conditions.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html#resources_table
"""

from __future__ import annotations

import re
from functools import lru_cache

from rolecall._reference import ResourceFormat, condition_keys, resource_types

_VARIABLE = re.compile(r"\\\$\\\{[^}]*\\\}")
_TAG_KEY = "aws:resourcetag/"


@lru_cache(maxsize=4096)
def tag_keys_of_resource(prefix: str, arn: str) -> tuple[str, ...]:
    """Return the condition keys for the tags of a resource, each without the name of a tag.

    Parameters
    ----------
    prefix
        The prefix of the service's IAM actions.
    arn
        The ARN of the resource.

    Returns
    -------
    tuple of str
        ``aws:ResourceTag/``, and the service's own key if it has one, such as ``ec2:ResourceTag/``. Empty
        if the Service Authorization Reference has no such key for resources of this type.
    """
    types = _types_of(prefix, arn)
    known = resource_types(prefix)
    if types and not any(_has_tag_key(known[type]) for type in types):
        return ()
    own = f"{prefix}:ResourceTag/"
    has_own = any(key.lower().startswith(own.lower()) for key in condition_keys(prefix))
    return ("aws:ResourceTag/", own) if has_own else ("aws:ResourceTag/",)


def taggable_types(prefix: str) -> tuple[str, ...]:
    """Return the resource types of a service whose tags can be used in conditions."""
    return tuple(name for name, type in resource_types(prefix).items() if _has_tag_key(type))


def _has_tag_key(type: ResourceFormat) -> bool:
    return any(key.lower().startswith(_TAG_KEY) for key in type.get("conditionKeys", ()))


def _types_of(prefix: str, arn: str) -> tuple[str, ...]:
    """Return the types whose format fits an ARN best; event rules have several of one format."""
    fitting = [(fixed, name) for name, fixed, pattern in _patterns(prefix) if pattern.fullmatch(arn)]
    best = max((fixed for fixed, _ in fitting), default=0)
    return tuple(name for fixed, name in fitting if fixed == best)


@lru_cache(maxsize=256)
def _patterns(prefix: str) -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """Return the types of a service, with the length of the fixed part of their format and a pattern."""
    found = []
    for name, type in resource_types(prefix).items():
        pattern = re.escape(type["arn"])
        fixed = len(_VARIABLE.sub("", pattern))
        found.append((name, fixed, re.compile(_VARIABLE.sub(".*", pattern))))
    return tuple(found)


__all__ = ["tag_keys_of_resource", "taggable_types"]
