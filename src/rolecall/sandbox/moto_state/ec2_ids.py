"""Find the resource of EC2 that a name or the ID of an association stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def ec2_id(ec2: Any, type: str, name: str) -> str | None:
    """Return the ID of a resource; None if there is none.

    Parameters
    ----------
    ec2
        moto's backend.
    type
        As in `rolecall.aws.state.AccountState.ec2_id`.
    name
        The name, or the ID of the association.
    """
    return next(_FINDERS[type](ec2, name), None)


def version_data(ec2: Any, specification: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters in a version of a launch template; empty if there is no such version.

    Parameters
    ----------
    ec2
        moto's backend.
    specification
        The ID or the name of the template, and perhaps the version.
    """
    name = specification.get("LaunchTemplateName")
    identifier = specification.get("LaunchTemplateId") or ec2.launch_template_name_to_ids.get(name)
    template = ec2.launch_templates.get(identifier)
    if template is None:
        return {}
    named = str(specification.get("Version") or "$Default")
    numbers = {"$Default": template.default_version_number, "$Latest": template.latest_version_number}
    number = str(numbers.get(named, named))
    version = next((one for one in template.versions if str(one.number) == number), None)
    data: Mapping[str, Any] = version.data if version else {}
    return data


def _security_group(ec2: Any, name: str) -> Iterator[str]:
    group = ec2.get_security_group_from_name(name)
    if group is not None:
        yield str(group.id)


def _launch_template(ec2: Any, name: str) -> Iterator[str]:
    if name in ec2.launch_template_name_to_ids:
        yield str(ec2.launch_template_name_to_ids[name])


def _profile_association(ec2: Any, name: str) -> Iterator[str]:
    association = ec2.iam_instance_profile_associations.get(name)
    if association is not None:
        yield str(association.instance.id)


def _address(ec2: Any, name: str) -> Iterator[str]:
    for address in ec2.addresses:
        if name in (address.association_id, address.public_ip) and address.allocation_id:
            yield str(address.allocation_id)


def _route_table(ec2: Any, name: str) -> Iterator[str]:
    for table in list(ec2.route_tables.values()):
        if name in table.all_associations_ids:
            yield str(table.id)


def _subnet(ec2: Any, name: str) -> Iterator[str]:
    for of_zone in list(ec2.subnets.values()):
        for subnet in of_zone.values():
            if name in subnet.ipv6_cidr_block_associations:
                yield str(subnet.id)


def _vpc(ec2: Any, name: str) -> Iterator[str]:
    for vpc in list(ec2.vpcs.values()):
        if name in vpc._cidr_block_association_set:
            yield str(vpc.id)


def _subnet_of_network_acl(ec2: Any, name: str) -> Iterator[str]:
    for acl in list(ec2.network_acls.values()):
        if name in acl._associations:
            yield str(acl._associations[name].subnet_id)


def _attached_interface(ec2: Any, name: str) -> Iterator[str]:
    for interface in list(ec2.enis.values()):
        if interface.attachment_id == name:
            yield str(interface.id)


def _attached_instance(ec2: Any, name: str) -> Iterator[str]:
    for interface in list(ec2.enis.values()):
        if interface.attachment_id == name and interface.instance:
            yield str(interface.instance.id)


_FINDERS: dict[str, Callable[[Any, str], Iterator[str]]] = {
    "security-group": _security_group,
    "launch-template": _launch_template,
    "profile-association": _profile_association,
    "address": _address,
    "route-table-association": _route_table,
    "subnet-association": _subnet,
    "vpc-association": _vpc,
    "network-acl-association": _subnet_of_network_acl,
    "attached-interface": _attached_interface,
    "attached-instance": _attached_instance,
}
