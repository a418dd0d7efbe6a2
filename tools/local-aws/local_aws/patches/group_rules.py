"""Descriptions of security group rules: kept for prefix lists too, and taken away by an update without one.

EC2 API, AuthorizeSecurityGroupEgress (PrefixListId has a Description) and UpdateSecurityGroupRuleDescriptionsEgress
("you can remove a description … by omitting the description parameter").
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend, SecurityGroupRule


def apply() -> None:
    initialise = SecurityGroupRule.__init__
    flatten = SecurityGroup._flattened_rules

    def keep_description(
        rule: Any, ec2_backend: Any, ip_protocol: Any, group_id: Any, from_port: Any, to_port: Any, ip_range: Any,
        source_group: Any = None, prefix_list_id: Any = None, is_egress: bool = True, tags: Any = None,
    ) -> None:
        initialise(
            rule, ec2_backend, ip_protocol, group_id, from_port, to_port, ip_range, source_group, prefix_list_id,
            is_egress=is_egress, tags=tags,
        )
        rule.prefix_list = dict(prefix_list_id or {})

    def show_description(group: Any, rules: list[Any]) -> list[Any]:
        described = {
            (rule.ip_protocol, rule.from_port, rule.to_port, rule.prefix_list_id): rule.prefix_list for rule in rules
        }
        views = flatten(group, rules)
        for view in views:
            key = view.ip_protocol, view.from_port, view.to_port
            view.prefix_list_ids = [described[*key, item["PrefixListId"]] for item in view.prefix_list_ids]
        return views

    SecurityGroupRule.__init__ = keep_description
    SecurityGroup._flattened_rules = show_description
    SecurityGroupBackend._sg_update_description = _update_description


def _update_description(backend: Any, described: Any, rule: Any) -> None:
    pairs = [
        (described.ip_range, rule.ip_range),
        (described.source_group, rule.source_group),
        (described.prefix_list, rule.prefix_list),
    ]
    for wanted, peer in pairs:
        if "Description" in wanted:
            peer["Description"] = wanted["Description"]
        else:
            peer.pop("Description", None)
