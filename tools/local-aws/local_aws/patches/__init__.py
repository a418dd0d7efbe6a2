"""Rules of AWS that moto lacks, put over moto's response handlers.

Each module wraps or replaces handlers of one concern by the names of moto's
response methods (``delete_vpc`` is DeleteVpc). ``patching`` has the means.
"""


def apply() -> None:
    """Put every patch in place; once, before a backend of moto is made."""
    from . import offerings

    offerings.apply()

    from . import (
        batch_environments, batch_jobs, batch_queues, dependencies, ec2_calls, endpoints, gateways, group_rules, iam,
        launch_templates, routes, services, speed,
    )

    modules = (
        speed, ec2_calls, services, endpoints, routes, gateways, launch_templates, group_rules, dependencies, iam,
        batch_environments, batch_queues, batch_jobs,
    )
    for module in modules:
        module.apply()
