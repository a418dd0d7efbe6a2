"""A local AWS: moto, with what AWS does and moto does not.

moto keeps the resources and speaks the wire protocols. This package starts it
on a free port and adds three things:

* ``patches``: rules of AWS that moto lacks (life cycles, dependency checks,
  stored updates), each named after the rule and its source;
* the gateway every request goes through: request log, latency, injected
  faults, request ids;
* a control surface under ``/_local/`` for tests.

States that change by time are derived from the clock when they are read, so
there are no timers and a test may change a delay at any moment.
"""

ACCOUNT_ID = "123456789012"

#: The services this local AWS offers, by the name used to sign requests.
SERVICES = ("ec2", "batch", "iam", "sts", "ecs", "logs", "ssm", "ecr")
