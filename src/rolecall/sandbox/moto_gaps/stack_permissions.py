"""The permissions with which CloudFormation creates, updates, and deletes the resources of a stack."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from rolecall.aws.authorization import Check
from rolecall.aws.cloudformation import (
    StackResource,
    Stage,
    in_dependency_order,
    required_capability,
    resource_types,
    sdk_name,
    stack_calls,
    with_stack_tags,
)
from rolecall.aws.errors import AwsError, failure
from rolecall.aws.operations import Operation
from rolecall.iam import PolicyType
from rolecall.sandbox import moto_app
from rolecall.sandbox.call import Call
from rolecall.sandbox.callers import Caller
from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._stack_calls import as_request, is_checked, is_left_out
from rolecall.sandbox.moto_stacks import (
    StepFailed,
    acting_as,
    handler_message,
    parse_template,
    patch_cloudformation,
)
from rolecall.sandbox.moto_state.cloudformation import StackFacts, change_set_role, stack_arn, stack_facts
from rolecall.sandbox.moto_state.iam import keep_versions, set_entity_fields
from rolecall.sandbox.responses import Result, result_response
from rolecall.sandbox.runtime import Runtime
from rolecall.sandbox.service_sessions import NotTrusted, ServiceSessions

if TYPE_CHECKING:
    from rolecall.sandbox.moto_gaps._registry import Gaps

_SERVICE = "cloudformation.amazonaws.com"
_WITH_TEMPLATE = ("CreateStack", "UpdateStack", "CreateChangeSet")


class StackPermissions(Gap):
    """Each resource of a stack requires the permissions of the caller, or of the stack's service role."""

    operations = frozenset(
        f"cloudformation.{name}" for name in (*_WITH_TEMPLATE, "DeleteStack", "ExecuteChangeSet")
    )
    rule = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"
    answers = True
    _gaps: Gaps

    def connect(self, gaps: Gaps) -> None:
        """Keep the gaps, which check the calls that CloudFormation makes too."""
        self._gaps = gaps

    def before(self, call: Call) -> Result | None:
        """Perform the operation with the permissions of the caller, or of the role.

        Raises
        ------
        AwsError
            If the template can't be used, if a capability is missing, or if CloudFormation can't assume the
            role. A resource that is denied doesn't raise an error: the events of the stack show it.
        """
        patch_cloudformation()
        operation = call.operation
        name = operation.text("StackName") or stack_arn(
            call.account, call.region, operation.text("ChangeSetName", "")
        )
        stack = stack_facts(call.account, call.region, name or "")
        if operation.name in _WITH_TEMPLATE:
            _check_template(_resources(self._template(call, stack)), call)
        if operation.name == "CreateChangeSet":
            if stack and stack.status == "ROLLBACK_COMPLETE":
                # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
                message = f"Stack:{stack.arn} is in ROLLBACK_COMPLETE state and can not be updated."
                raise AwsError("ValidationError", message, 400)
            return None
        role = operation.text("RoleARN") or (stack.role if stack else None)
        if operation.name == "ExecuteChangeSet":
            change_set = operation.text("ChangeSetName", "")
            role = change_set_role(call.account, call.region, change_set, name) or role
        caller = self._with_role(call, role, stack) if role else call.caller
        authority = _Authority(
            self.runtime, self._gaps, call, caller, _on_failure(call), _tags(call, stack)
        )
        with acting_as(authority):
            try:
                return moto_app.call(operation, call.account, call.region)
            except moto_app.NotPerformed as reason:
                message = f"cloudformation:{operation.name} is not available here: {reason}."
                raise failure("unsupported", "cloudformation", operation.protocol, message) from reason

    def _with_role(self, call: Call, role_arn: str, stack: StackFacts | None) -> Caller:
        """Return CloudFormation's session of the service role."""
        name = call.operation.text("StackName")
        of_new = f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{name}/*"
        arn = stack.arn if stack else of_new
        context = {"aws:SourceAccount": call.account, "aws:SourceArn": arn}
        role = self.runtime.iam.role(role_arn)
        try:
            if role is not None:
                sessions = ServiceSessions(self.runtime, _SERVICE, "AWSCloudFormation", context=context)
                return self.runtime.callers.of_session(sessions.credentials(role))
        except NotTrusted:
            pass
        # https://repost.aws/knowledge-center/cloudformation-role-arn-error
        raise AwsError("ValidationError", f"Role {role_arn} is invalid or cannot be assumed", 400)

    def _template(self, call: Call, stack: StackFacts | None) -> str:
        """Return the text of the template; the caller requires the permission to read it from S3."""
        operation = call.operation
        if body := operation.text("TemplateBody"):
            return body
        url = operation.text("TemplateURL")
        if url is None:
            return stack.template if stack else ""
        bucket, key = _template_object(url)
        check = Check("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", via=_SERVICE)
        try:
            self.runtime.authorizer.require(call, check)
        except AwsError:
            message = f"S3 error: Access Denied\nFor more information check {_S3_ERRORS}"
            raise AwsError("ValidationError", message, 400) from None
        s3 = moto_app.client("s3", call.account, call.region)
        try:
            text: str = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        except s3.exceptions.ClientError as error:
            message = (
                f"S3 error: {error.response['Error']['Message']}\nFor more information check {_S3_ERRORS}"
            )
            raise AwsError("ValidationError", message, 400) from None
        return text


_S3_ERRORS = "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"


def _template_object(url: str) -> tuple[str, str]:
    """Return the bucket and the key in the address of a template, in either style."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.lstrip("/")
    if host.startswith("s3") or not host.endswith("amazonaws.com"):
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.partition(".s3")[0], path


def _on_failure(call: Call) -> str:
    disabled = call.operation.parameters.get("DisableRollback")
    return "DO_NOTHING" if disabled else call.operation.text("OnFailure") or "ROLLBACK"


def _tags(call: Call, stack: StackFacts | None) -> Mapping[str, str]:
    """Return the tags of the stack; those in the call replace all that it has."""
    given = call.operation.parameters.get("Tags")
    if given is None:
        return stack.tags if stack else {}
    return {tag["Key"]: tag.get("Value", "") for tag in given}


def _resources(template: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        parsed = parse_template(template)
        resources = parsed.get("Resources") if isinstance(parsed, Mapping) else None
    except yaml.YAMLError as error:
        raise AwsError("ValidationError", f"Template format error: {error}", 400) from None
    if not isinstance(resources, Mapping) or not resources:
        message = "Template format error: At least one Resources member must be defined."
        raise AwsError("ValidationError", message, 400)
    return {name: one for name, one in resources.items() if isinstance(one, Mapping)}


def _check_template(resources: Mapping[str, Mapping[str, Any]], call: Call) -> None:
    types = {str(one.get("Type")) for one in resources.values()}
    if unknown := sorted(types - resource_types().keys()):
        listed = ", ".join(unknown)
        message = f"Template format error: The sandbox doesn't have these resource types: [{listed}]"
        raise AwsError("ValidationError", message, 400)
    try:
        in_dependency_order(resources)
    except CycleError as error:
        circle = ", ".join(sorted(set(error.args[1])))
        message = f"Circular dependency between resources: [{circle}]"
        raise AwsError("ValidationError", message, 400) from None
    required = required_capability(resources.values())
    given = call.operation.parameters.get("Capabilities") or []
    accepted = {required, "CAPABILITY_NAMED_IAM"}
    if required and not accepted & set(given):
        message = f"Requires capabilities : [{required}]"
        raise AwsError("InsufficientCapabilitiesException", message, 400)


@dataclass(frozen=True)
class _Authority:
    """Decide about each resource of one stack operation.

    Parameters
    ----------
    caller
        The caller, or the session of the service role.
    tags
        The tags of the stack, which its resources get as well.
    """

    runtime: Runtime
    gaps: Gaps
    call: Call
    caller: Caller
    on_failure: str
    tags: Mapping[str, str] = field(default_factory=dict)

    def require(self, stage: Stage, resource: StackResource, before: StackResource | None = None) -> None:
        """Raise `StepFailed` with the denial of the first permission that is missing."""
        call = self.call
        if resource.type not in resource_types():
            raise StepFailed(f"The sandbox doesn't have the resource type {resource.type}.")
        resource = with_stack_tags(resource, self.tags)
        for operation in stack_calls(stage, resource, call.account, call.region, before):
            self.runtime.builder.ensure(operation.service)
            made = self._call(operation)
            try:
                self.runtime.authorizer.authorize(made, via=_SERVICE)
                if stage != "delete" and is_checked(operation):
                    self._check(self._call(as_request(operation, resource.name)), stage, resource)
            except AwsError as error:
                raise _failed(error, operation) from None

    def complete(self, stage: Stage, resource: StackResource, before: StackResource | None = None) -> None:
        """Do what moto leaves out of creating or updating a resource."""
        call = self.call
        if resource.type in ("AWS::IAM::Role", "AWS::IAM::User"):
            properties = with_stack_tags(resource, self.tags).properties
            set_entity_fields(call.account, resource.type.rpartition(":")[2], resource.name, properties)
        for operation in stack_calls(stage, resource, call.account, call.region, before):
            if is_left_out(operation, resource.type):
                try:
                    self._perform(operation, resource)
                except AwsError as error:
                    raise _failed(error, operation) from None

    def release(self, resource: StackResource) -> None:
        """Delete what moto leaves out of deleting a resource, and what would prevent its deletion."""
        call = self.call
        for operation in stack_calls("delete", resource, call.account, call.region):
            try:
                if is_left_out(operation, resource.type):
                    self._perform(operation, resource)
                elif operation.service == "iam":
                    self.gaps.check(self._call(as_request(operation, resource.name)))
            except AwsError as error:
                # Someone may have deleted it already.
                if error.status != _NOT_FOUND:
                    raise _failed(error, operation) from None

    def _perform(self, operation: Operation, resource: StackResource) -> None:
        call = self.call
        made = self._call(as_request(operation, resource.name))
        if made.name in _VERSIONS_KEPT:
            keep_versions(call.account, made.operation.text("PolicyArn", ""), _VERSIONS_KEPT[made.name])
        self.gaps.validate(made)
        try:
            result = self.gaps.before(made)
            if result is None:
                result = moto_app.call(made.operation, call.account, call.region)
        except moto_app.NotPerformed as reason:
            raise StepFailed(str(reason)) from reason
        self.gaps.after(made, result_response(made.operation, result))

    def _call(self, operation: Operation) -> Call:
        call = self.call
        return Call(operation, self.caller, call.request, None, call.region, call.account)

    def _check(self, call: Call, stage: Stage, resource: StackResource) -> None:
        """Raise the error that the service returns for these parameters, in this state."""
        self.gaps.check(call)
        arn = call.operation.text("PolicyArn")
        if arn is None or not call.operation.name.startswith("Attach"):
            return
        if stage == "create" and resource.type == "AWS::IAM::ManagedPolicy":
            # The policy is attached after it is created, and nothing has been created yet.
            return
        if self.runtime.iam.managed_policy(call.account, arn, PolicyType.IDENTITY) is None:
            raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)


_NOT_FOUND = 404
# A policy has at most five versions, and is only deleted when it has one.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
_VERSIONS_KEPT = {"iam.CreatePolicyVersion": 4, "iam.DeletePolicy": 1}
# https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
_HANDLER_CODES = {
    "LimitExceeded": "ServiceLimitExceeded",
    "403": "AccessDenied",
    "404": "NotFound",
    "409": "AlreadyExists",
}


def _failed(error: AwsError, operation: Operation) -> StepFailed:
    """Return the reason that the events of the stack show for an error of a service."""
    details = f"Service: {sdk_name(operation.service)}, Status Code: {error.status}"
    message = f"{error.message} ({details}, Request ID: {uuid.uuid4()})"
    code = _HANDLER_CODES.get(error.code) or _HANDLER_CODES.get(str(error.status), "InvalidRequest")
    return StepFailed(handler_message(message, code))
