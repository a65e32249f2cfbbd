"""Changes to how moto launches instances: with the profile and the metadata options that AWS would use.

moto launches ``MinCount`` instances, gives the instance profile to the first one only, and ignores the
profile and the metadata options of launch templates and of launch configurations.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from typing import Any, cast

# Parameters of a launch template that moto's instances of a stack can have.
_OF_TEMPLATES = ("ImageId", "InstanceType", "KeyName", "UserData")
_stack_template: ContextVar[dict[str, Any] | None] = ContextVar("stack_template", default=None)
MOST_INSTANCES = 256
"""How many instances a request can launch; on AWS, this depends on the account's quota."""


def patch_launches(instances: Any) -> None:
    """Patch the launch of instances.

    Parameters
    ----------
    instances
        moto's module of EC2 instances.
    """
    launch = instances.InstanceBackend.run_instances
    responses: Any = import_module("moto.ec2.responses.instances").InstanceResponse
    answer = responses.run_instances

    @wraps(launch)
    def launch_completely(backend: Any, *args: Any, **options: Any) -> Any:
        """Complete the metadata options, and give each instance its profile."""
        source = _launch_source(backend, options)
        given = options.get("metadata_options") or {}
        options["metadata_options"] = {
            **metadata_defaults_of(backend),
            **source.get("MetadataOptions", {}),
            **given,
        }
        reservation = launch(backend, *args, **options)
        requested = {
            "iam_instance_profile_name": options.get("iam_instance_profile_name"),
            "iam_instance_profile_arn": options.get("iam_instance_profile_arn"),
        }
        launched = reservation.instances
        if any(requested.values()):
            # moto's response associates the first one.
            launched = launched[1:]
        else:
            profile = source.get("IamInstanceProfile") or {}
            requested = {
                "iam_instance_profile_name": profile.get("Name"),
                "iam_instance_profile_arn": profile.get("Arn"),
            }
        if _is_profile(backend, **requested):
            for instance in launched:
                backend.associate_iam_instance_profile(instance_id=instance.id, **requested)
        return reservation

    @wraps(answer)
    def answer_with_most_instances(response: Any) -> Any:
        """Launch as many instances as the request allows."""
        most = response.params.get("MaxCount") or response.params.get("MinCount", 1)
        response.params["MinCount"] = min(int(most), MOST_INSTANCES)
        return answer(response)

    create = instances.Instance.create_from_cloudformation_json.__func__

    @wraps(create)
    def create_with_template(
        cls: Any, name: str, resource: Any, account_id: str, region_name: str, **options: Any
    ) -> Any:
        """Create an instance of a stack from its launch template, which moto ignores."""
        template = resource["Properties"].get("LaunchTemplate")
        if not template:
            return create(cls, name, resource, account_id, region_name, **options)
        backend = import_module("moto.ec2.models").ec2_backends[account_id][region_name]
        data = backend._get_template_from_args(template).data
        known = {key: data[key] for key in _OF_TEMPLATES if key in data}
        completed = {**resource, "Properties": {**known, **resource["Properties"]}}
        token = _stack_template.set(template)
        try:
            return create(cls, name, completed, account_id, region_name, **options)
        finally:
            _stack_template.reset(token)

    instances.Instance.create_from_cloudformation_json = classmethod(cast(Any, create_with_template))
    instances.InstanceBackend.run_instances = launch_completely
    responses.run_instances = answer_with_most_instances


def metadata_defaults_of(backend: Any) -> dict[str, Any]:
    """Return the metadata options that an account prefers in the Region of a backend."""
    defaults: dict[str, Any] = getattr(backend, "metadata_defaults", {})
    return {name: value for name, value in defaults.items() if name != "HttpTokensEnforced"}


def _launch_source(backend: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the launch template or the launch configuration; empty without one."""
    if template := options.get("launch_template") or _stack_template.get():
        data: dict[str, Any] = backend._get_template_from_args(template).data
        return data
    configuration = options.get("launch_config")
    profile = getattr(configuration, "iam_instance_profile", None)
    found: dict[str, Any] = {}
    if profile:
        found["IamInstanceProfile"] = {"Arn" if profile.startswith("arn:") else "Name": profile}
    if configuration is not None:
        found["MetadataOptions"] = getattr(configuration, "metadata_options", None) or {}
    return found


def _is_profile(
    backend: Any, iam_instance_profile_name: str | None, iam_instance_profile_arn: str | None
) -> bool:
    profiles = import_module("moto.iam.models").iam_backends[backend.account_id][backend.partition]
    return any(
        iam_instance_profile_name == one.name or iam_instance_profile_arn == one.arn
        for one in profiles.instance_profiles.values()
    )
