"""``python -m local_aws``: start a local AWS and serve until told to stop."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from .settings import TRANSITION_KINDS, Settings, SettingError, Values, settings


def main() -> None:
    parent = os.getppid()
    options = _parser().parse_args()
    values = _launch_values(options)
    if options.exit_with_parent:
        from .lifetime import exit_with_parent

        exit_with_parent(parent)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    settings.launch(values)
    server = _server(options)
    host, port = server.server_address[:2]
    ready = {"port": port, "endpoint": f"http://{host}:{port}", "pid": os.getpid()}
    if options.ready_file:
        write_atomically(options.ready_file, json.dumps(ready) + "\n")
    else:
        print(json.dumps(ready), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


def _server(options: argparse.Namespace) -> Any:
    # Imported late: a mistake on the command line is told without loading moto.
    from .control import Control
    from .faults import Faults
    from .gateway import Gateway
    from .journal import Journal
    from .moto_app import Moto
    from .server import Server

    faults, journal = Faults(), Journal()
    if options.faults:
        faults.add(json.loads(options.faults.read_text(encoding="utf-8")))
    if options.log:
        journal.write_to(options.log)
    moto = Moto()
    return Server(options.host, options.port, Gateway(moto, faults, journal), Control(moto, faults, journal))


def _launch_values(options: argparse.Namespace) -> Values:
    launch = Settings()
    try:
        launch.change(
            {
                "latency_ms": options.latency_ms,
                "transition_seconds": options.transition_seconds,
                "transitions": options.transition,
                "iam_propagation_seconds": options.iam_propagation_seconds,
                "relationship_lag_seconds": options.relationship_lag_seconds,
                "describe_lag_seconds": options.describe_lag_seconds,
                "hang_seconds": options.hang_seconds,
            }
        )
    except SettingError as error:
        sys.exit(f"local_aws: {error}")
    return Values(**launch.as_dict())


def write_atomically(path: Path, text: str) -> None:
    """A reader sees the whole file or none."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)


def _transitions(text: str) -> dict[str, float]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {kind.strip(): float(seconds) for kind, _, seconds in pairs}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local_aws", description="A local AWS: moto with AWS's own rules.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    parser.add_argument("--ready-file", type=Path, help="written with port, endpoint and pid when ready")
    parser.add_argument("--log", type=Path, help="request log, JSON lines, appended")
    parser.add_argument("--faults", type=Path, help="JSON file with a fault rule or a list of them")
    parser.add_argument("--latency-ms", type=float, default=0, help="added to each call")
    parser.add_argument("--transition-seconds", type=float, default=0.2, help="time in transitional states")
    parser.add_argument(
        "--transition", type=_transitions, default={}, metavar="KIND=S,…",
        help="seconds for single kinds: " + ", ".join(TRANSITION_KINDS),
    )
    parser.add_argument("--iam-propagation-seconds", type=float, default=0, help="until Batch sees an IAM change")
    parser.add_argument(
        "--relationship-lag-seconds", type=float, default=0,
        help="a compute environment's relationship to a queue lingers after the queue is gone",
    )
    parser.add_argument("--describe-lag-seconds", type=float, default=0, help="until a new EC2 resource is found")
    parser.add_argument("--hang-seconds", type=float, default=60, help="how long a hanging call holds its connection")
    parser.add_argument(
        "--exit-with-parent", action=argparse.BooleanOptionalAction, default=True,
        help="exit when the process that started this one ends (default)",
    )
    return parser


if __name__ == "__main__":
    main()
