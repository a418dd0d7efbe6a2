"""Run the scripts beside this file one after the other, in one Python.

To start Python with boto3 takes a second of processor time, and the tests ask a hundred times. In comes a line with a
JSON list of a script's path and its arguments, out goes a line with what it printed, or with what went wrong.
"""

from __future__ import annotations

import contextlib
import io
import json
import runpy
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "local-aws"))

from local_aws import model_files

model_files.read_once()


def run(path: str, arguments: list[str]) -> dict[str, str]:
    printed = io.StringIO()
    sys.argv = [path, *arguments]
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(path, run_name="__main__")
    except SystemExit as left:
        if left.code:
            return {"error": str(left.code)}
    except Exception:
        return {"error": traceback.format_exc()}
    return {"output": printed.getvalue()}


if __name__ == "__main__":
    for line in sys.stdin:
        script, *words = json.loads(line)
        print(json.dumps(run(script, words)), flush=True)
