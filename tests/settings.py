"""The product's settings on a data folder of their own, with cheap password hashes."""

import os
import tempfile

os.environ.setdefault("EVALGROUND_DATA", tempfile.mkdtemp(prefix="evalground-test-"))

from config.settings import *  # noqa: E402, F403  (the environment has to be set first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
