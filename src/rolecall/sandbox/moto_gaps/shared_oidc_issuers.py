"""What the trust policy of a role must say about an issuer that many organizations share."""

from __future__ import annotations

from collections.abc import Iterator

from rolecall.aws.errors import AwsError
from rolecall.iam import MalformedPolicyDocument, Policy, PolicyType, Request
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._gap import Gap

_SUB = ("sub",)
_AUD = ("aud",)
_GITHUB = ("sub", "job_workflow_ref")
_TURBONOMIC = (
    "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
    "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
    "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
    "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
    "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
    "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
)
# One of these keys must be in a condition. A name without a prefix is a claim of the issuer.
_REQUIRED: dict[str, tuple[str, ...]] = {
    "agent.buildkite.com": _SUB,
    "api.pulumi.com/oidc": _AUD,
    "app.terraform.io": _SUB,
    "cognito-identity.amazonaws.com": _AUD,
    "gitlab.com": _SUB,
    "oidc-configuration.audit-log.githubusercontent.com": _SUB,
    "oidc.codefresh.io": _SUB,
    "oidc.vercel.com": _AUD,
    "proidc.upbound.io": _SUB,
    "sandboxes.cloud": _AUD,
    "scalr.io": _SUB,
    "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": ("sts:RoleSessionName",),
    "studio.datachain.ai/api": _SUB,
    "token.actions.githubusercontent.com": _GITHUB,
    "tokens.cloud.shisho.dev": _SUB,
    "vstoken.actions.githubusercontent.com": _SUB,
    **dict.fromkeys(_TURBONOMIC, _SUB),
}
_OPERATORS = ("StringEquals", "StringLike", "StringEqualsIgnoreCase")
_ASSUME = Request.of("anonymous", "sts:AssumeRoleWithWebIdentity", "*")


class SharedOidcIssuers(Gap):
    """A role that trusts an issuer such as GitHub must say which organization; moto takes any policy."""

    operations = frozenset({"iam.CreateRole", "iam.UpdateAssumeRolePolicy"})
    rule = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html"

    def before(self, call: Call) -> None:
        """Raise MalformedPolicyDocument with the keys that a condition must have."""
        operation = call.operation
        text = operation.text("AssumeRolePolicyDocument") or operation.text("PolicyDocument", "")
        for principal, keys in _unrestricted(text):
            raise AwsError(
                "MalformedPolicyDocument",
                f"Trust policy with trusted principal {principal} must evaluate, using StringEquals, "
                f"StringLike or StringEqualsIgnoreCase, {' or '.join(keys)} which is not scoped to all.",
                400,
            )


def _unrestricted(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Find the shared issuers that a trust policy doesn't restrict, with the keys of which it needs one."""
    try:
        statements = Policy.parse(text, PolicyType.TRUST).statements
    except MalformedPolicyDocument:
        return
    for statement in statements:
        if statement.effect != "Allow" or not statement.principal or not statement.action.matches(_ASSUME):
            continue
        restricted = {
            condition.key.lower()
            for condition in statement.conditions
            if condition.name.rpartition(":")[2] in _OPERATORS and not all(map(_is_all, condition.values))
        }
        for principal in sorted(statement.principal.federated):
            issuer = principal.partition(":oidc-provider/")[2] or principal
            keys = tuple(name if ":" in name else f"{issuer}:{name}" for name in _REQUIRED.get(issuer, ()))
            if keys and not restricted & {key.lower() for key in keys}:
                yield principal, keys


def _is_all(value: str) -> bool:
    """Whether a value matches every tenant, as ``*`` does."""
    return not value.strip("*")
