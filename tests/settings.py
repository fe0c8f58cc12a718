"""The product's settings on a data folder of their own, with cheap password hashes."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("EVALGROUND_DATA", tempfile.mkdtemp(prefix="evalground-test-"))
# Processes that test side by side share no folder and no broker's database.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and "EVALGROUND_TEST_WORKER" not in os.environ:
    os.environ["EVALGROUND_TEST_WORKER"] = worker
    os.environ["EVALGROUND_DATA"] = str(Path(os.environ["EVALGROUND_DATA"]) / worker)
    Path(os.environ["EVALGROUND_DATA"]).mkdir()
    if redis := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = f"{redis.rpartition('/')[0]}/{int(worker.removeprefix('gw')) + 1}"

from config.settings import *  # noqa: F403  (the environment has to be set first)

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as in the product: the engine's threads open connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
