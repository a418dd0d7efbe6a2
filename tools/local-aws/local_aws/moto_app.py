"""moto itself: loaded with only the services needed, called in process, reset.

moto's backends are not safe for threads, and a patch must see a call as one
step. So one lock is held around each call into moto; latency is waited for
outside of it.
"""

from __future__ import annotations

import gc
import io
import os
import threading
from typing import Any
from urllib.parse import unquote

# moto reads both when it is imported or when its first backend is built.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ.pop("MOTO_ACCOUNT_ID", None)
# All that is made until moto stands is kept; to look for garbage in between takes time and finds none.
gc.disable()

from . import model_files  # noqa: E402

model_files.read_once()

from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.models import default_user_config  # noqa: E402
from moto.moto_server.werkzeug_app import create_backend_app  # noqa: E402

from . import SERVICES, patches  # noqa: E402
from .calls import HttpRequest  # noqa: E402
from .wire import Reply  # noqa: E402

# Jobs succeed at once; running them would need Docker.
default_user_config["batch"] = {"use_docker": False}


class Moto:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._used_regions: set[str] = set()
        # First the patches: one of them keeps the regions from being filled with images.
        patches.apply()
        self._apps = {service: create_backend_app(service) for service in SERVICES}
        # What has been loaded stays; the garbage collector need not look at it again.
        gc.collect()
        gc.freeze()
        gc.enable()

    def call(self, service: str, region: str, request: HttpRequest) -> Reply:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started["status"], started["headers"] = int(status.split()[0]), headers

        with self._lock:
            self._used_regions.add(region)
            chunks = self._apps[service](_environ(request), start_response)
            body = b"".join(chunks)
        return Reply(started["status"], _end_to_end(started["headers"]), body)

    def reset(self) -> None:
        """Every account and region back to empty; a region nobody used is empty already."""
        with self._lock:
            for backends in BackendDict._instances:
                for backend in [backend for regions in backends.values() for backend in regions.values()]:
                    if backend.region_name in self._used_regions or "-" not in backend.region_name:
                        backend.reset()
            self._used_regions.clear()


def _end_to_end(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers of the answer itself; length and connection are the server's business."""
    dropped = {"content-length", "connection", "transfer-encoding", "date", "server", "status"}
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _environ(request: HttpRequest) -> dict[str, Any]:
    host = request.headers.get("host", "localhost")
    name, _, port = host.partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, encoding="latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": request.path + ("?" + request.query if request.query else ""),
        "SERVER_NAME": name,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for header, value in request.headers.items():
        key = header.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            environ["HTTP_" + key] = value
    return environ
