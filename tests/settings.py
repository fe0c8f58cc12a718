"""The product's settings on a data folder of their own, with cheap password hashes."""

import os
import tempfile

os.environ.setdefault("EVALGROUND_DATA", tempfile.mkdtemp(prefix="evalground-test-"))

from config.settings import *  # noqa: F403  (the environment has to be set first)

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as in the product: the engine's threads open connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
