"""Starting, being found, and ending with the parent."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from support import HERE, Launched, until


class Launching(unittest.TestCase):
    def test_two_run_side_by_side_on_free_ports_with_what_the_command_line_says(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            log, faults = Path(folder) / "log", Path(folder) / "faults"
            faults.write_text('{"service": "sts", "effect": {"error": {"code": "Denied"}}}')
            one = Launched("--log", str(log), "--transition", "endpoint=2,job_queue=0.5", "--latency-ms", "1")
            two = Launched("--faults", str(faults))
            self.addCleanup(one.stop)
            self.addCleanup(two.stop)
            self.assertNotEqual(one.ready["port"], two.ready["port"])
            self.assertEqual(one.ready["pid"], one.process.pid)
            self.assertEqual(one.control("GET", "health")["status"], "ok")
            self.assertEqual(one.control("GET", "settings")["transitions"], {"endpoint": 2, "job_queue": 0.5})
            self.assertEqual(two.control("GET", "faults")[0]["fired"], 0)
            one.client("sts").get_caller_identity()
            self.assertIn('"action": "GetCallerIdentity"', until(log.read_text))

    def test_it_ends_when_its_parent_is_killed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.json"
            code = (
                "import subprocess,sys;"
                "p=subprocess.Popen([sys.executable,'-m','local_aws','--ready-file',sys.argv[1]]);"
                "print(p.pid,flush=True);p.wait()"
            )
            environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
            parent = subprocess.Popen(
                [sys.executable, "-c", code, str(ready)], stdout=subprocess.PIPE, text=True, env=environment
            )
            child = int(parent.stdout.readline())
            until(ready.exists)
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            parent.stdout.close()
            until(lambda: not _runs(child))

    def test_it_outlives_the_thread_that_started_it(self) -> None:
        launched: list[Launched] = []
        starter = threading.Thread(target=lambda: launched.append(Launched()))
        starter.start()
        starter.join()
        self.addCleanup(launched[0].stop)
        # Were it to end with the thread, the signal would be there before this is answered.
        for _ in range(3):
            self.assertEqual(launched[0].control("GET", "health")["status"], "ok")

    def test_a_wrong_option_is_told_at_once(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        run = subprocess.run(
            [sys.executable, "-m", "local_aws", "--transition", "nonsense=1"],
            capture_output=True, text=True, env=environment, check=False,
        )
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("nonsense", run.stderr)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that ended but that nobody has waited for still has its id.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
