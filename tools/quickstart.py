"""The quickstart on a local AWS, as the demo and the bench run it.

No AWS account is used, and none can be reached: the keys are dummies, the shared files are not read, and every
service's endpoint is the local one.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
VENV = TARGET / "local-aws"
PYTHON = VENV / "bin" / "python"
NAME = "terraform-provider-isolated"
SOURCE = "registry.terraform.io/isolated-batch/isolated"


class Failed(Exception):
    """A step that did not do what it says."""


@contextlib.contextmanager
def local_aws(folder: Path, transition_seconds: float, latency_ms: float = 0) -> Iterator[str]:
    """The endpoint of a local AWS on a free port; in a session of its own, so that Ctrl-C reaches Terraform only."""
    ready = folder / "local-aws.json"
    command = [str(PYTHON), "-m", "local_aws", "--ready-file", str(ready)]
    command += ["--transition-seconds", str(transition_seconds), "--latency-ms", str(latency_ms)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "local-aws")}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed("the local AWS did not start")
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))["endpoint"]
    finally:
        process.terminate()
        process.wait()


class Terraform:
    """Terraform in a folder with the quickstart and, in a mirror of the registry, the provider of a profile."""

    def __init__(self, folder: Path, endpoint: str, profile: str) -> None:
        self._folder = folder / "quickstart"
        self._folder.mkdir()
        shutil.copy(ROOT / "examples" / "quickstart" / "main.tf", self._folder)
        mirror = folder / "mirror"
        install(TARGET / profile / NAME, mirror)
        config = folder / "terraform.rc"
        mirrored = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
        config.write_text(mirrored, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        self._environment = {
            **kept,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": endpoint,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def run(
        self, *arguments: str, accept: tuple[int, ...] = (0,), hear: Callable[[str], None] = lambda line: None,
        while_it_runs: Callable[[int], None] = lambda pid: None,
    ) -> int:
        """Run a command to its end; ``hear`` gets each line, ``while_it_runs`` the process id after the start."""
        command = ["terraform", *arguments, "-no-color"]
        process = subprocess.Popen(
            command, cwd=self._folder, env=self._environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        while_it_runs(process.pid)
        said = []
        try:
            for line in process.stdout or ():
                said.append(line)
                hear(line.rstrip())
            code = process.wait()
        except KeyboardInterrupt:
            # Terraform got the same Ctrl-C: it is given the time to save its state.
            process.wait()
            raise
        if code not in accept:
            raise Failed(f"{' '.join(command)} ended with {code}:\n{''.join(said)}")
        return code

    def attributes(self) -> dict[str, Any]:
        """The attributes of the environment in the state."""
        said: list[str] = []
        self.run("show", "-json", hear=said.append)
        (resource,) = json.loads("\n".join(said))["values"]["root_module"]["resources"]
        values: dict[str, Any] = resource["values"]
        return values


def version() -> str:
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.*)"', manifest, re.MULTILINE)
    return found.group(1) if found else "0.0.0"


def install(binary: Path, mirror: Path) -> None:
    """Put a binary where ``terraform init`` looks for that provider and platform."""
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = mirror / SOURCE / version() / f"{platform.system().lower()}_{architecture}"
    folder.mkdir(parents=True)
    destination = folder / f"{NAME}_v{version()}"
    try:
        os.link(binary, destination)
    except OSError:
        shutil.copy2(binary, destination)
