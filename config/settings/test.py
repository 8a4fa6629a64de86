"""Tests: the app role under row-level security, fast password hashing, no waiting."""

import os

# Test processes side by side have a database each, and so a queue each: the number of the process
# is the number of its Redis database. What a test starts inherits that address, or gets another.
if "PYTEST_XDIST_WORKER" in os.environ and "OWN_QUEUE" not in os.environ:
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{number}"
    os.environ["OWN_QUEUE"] = "yes"

from config.settings.dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CONN_MAX_AGE = 0
AXES_ENABLED = True
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
