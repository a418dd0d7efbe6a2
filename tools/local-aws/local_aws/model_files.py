"""The model files of botocore, read once for the process.

Every boto3 session reads them anew, and moto makes four: the list of regions alone is then parsed four
times, and the description of EC2, the largest, twice. That is a third of the time to start.
"""

from __future__ import annotations

from functools import cache

from botocore.loaders import JSONFileLoader


def read_once() -> None:
    """Must come before moto is imported."""
    load = JSONFileLoader.load_file
    loader = JSONFileLoader()
    cached = cache(lambda path: load(loader, path))
    JSONFileLoader.load_file = lambda self, path: cached(path)
