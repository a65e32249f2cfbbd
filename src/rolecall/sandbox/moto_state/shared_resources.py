"""The services whose resources have policies that moto keeps as one text for each resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rolecall.sandbox.moto_state._backends import backend
from rolecall.sandbox.moto_state.resources import Arn, ServiceResources

_Find = Callable[[Any, Arn], Any]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How moto keeps the policies of a service.

    Parameters
    ----------
    policy
        What AWS calls the policy.
    service
        moto's name of the service.
    find
        Returns the document for a resource from moto's backend; None if there is none.
    """

    policy: str
    service: str
    find: _Find


def _by_arn(state: Any, arn: Arn) -> Any:
    return state.resource_policies.get(arn.text)


def _attribute(collection: str, attribute: str, *, by: Callable[[Arn], str]) -> _Find:
    def find(state: Any, arn: Arn) -> Any:
        return getattr(getattr(state, collection).get(by(arn)), attribute, None)

    return find


def _whole(arn: Arn) -> str:
    return arn.text


def _name(arn: Arn) -> str:
    """Return the name of the resource, also for what is in it, such as an index in a bucket."""
    return [*arn.resource.split("/"), ""][1]


def _of_catalog(state: Any, arn: Arn) -> Any:
    """Return the policy of the Data Catalog, which all its databases and tables share.

    https://docs.aws.amazon.com/glue/latest/dg/security_iam_resource-based-policy-examples.html
    """
    return state.resource_policies.get(state.default_catalog_arn, {}).get("PolicyInJson")


def _of_model(state: Any, arn: Arn) -> Any:
    return state.resource_policies.get(arn.text, {}).get("ResourcePolicy")


def _of_vector_bucket(state: Any, arn: Arn) -> Any:
    """Return the policy of a vector bucket, also for its indexes.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-bucket-policy.html
    """
    bucket = state.vector_buckets.get(arn.text.partition("/index/")[0])
    return bucket.policy if bucket else None


def _of_identity(state: Any, arn: Arn) -> Any:
    """Return the statements of all policies of an email identity.

    https://docs.aws.amazon.com/ses/latest/dg/sending-authorization.html
    """
    identity = state.email_identities.get(_name(arn))
    documents = [json.loads(text) for text in getattr(identity, "policies", {}).values()]
    found = [one["Statement"] for one in documents]
    statements = [one for listed in found for one in (listed if isinstance(listed, list) else [listed])]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


_KINDS: Mapping[str, _Kind] = {
    "acm-pca": _Kind("CA policy", "acm-pca", _attribute("certificate_authorities", "policy", by=_whole)),
    "cloudhsm": _Kind("backup policy", "cloudhsmv2", _by_arn),
    "comprehend": _Kind("model policy", "comprehend", _of_model),
    "dsql": _Kind("cluster policy", "dsql", _attribute("clusters", "policy", by=_name)),
    "elasticfilesystem": _Kind(
        "file system policy", "efs", _attribute("file_systems_by_id", "file_system_policy", by=_name)
    ),
    "es": _Kind("domain access policy", "opensearch", _attribute("domains", "access_policies", by=_name)),
    "glue": _Kind("Data Catalog policy", "glue", _of_catalog),
    "kafka": _Kind(
        "cluster policy", "kafka", lambda state, arn: state.policies.get(arn.text, {}).get("policy")
    ),
    "kinesis": _Kind("stream policy", "kinesis", _by_arn),
    "lex": _Kind("bot policy", "lexv2-models", _attribute("resource_policies", "policy", by=_whole)),
    "mediastore": _Kind("container policy", "mediastore", _attribute("_containers", "policy", by=_name)),
    "osis": _Kind("pipeline policy", "osis", _by_arn),
    "payment-cryptography": _Kind("key policy", "payment-cryptography", _by_arn),
    "s3vectors": _Kind("vector bucket policy", "s3vectors", _of_vector_bucket),
    "ses": _Kind("identity policy", "ses", _of_identity),
    "vpc-lattice": _Kind("resource policy", "vpc-lattice", _by_arn),
}
SHARED_PREFIXES = frozenset(_KINDS)
"""The prefixes of the IAM actions of these services."""


class SharedResources(ServiceResources):
    """The resources of one of these services."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self._kind = _KINDS[prefix]
        self.policy_kind = self._kind.policy

    def _document(self, arn: Arn) -> Any:
        region = "aws" if self._prefix == "s3vectors" else arn.region
        try:
            state = backend(self._kind.service, arn.account, region)
        except KeyError:
            # The service isn't in this Region, or moto doesn't know that it is.
            return None
        return self._kind.find(state, arn)
