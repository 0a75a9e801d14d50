"""The server's own settings, as a trial whose jobs run at once; some tests start real servers beside it."""

import atexit
import os
import shutil
import tempfile

directory = tempfile.mkdtemp(prefix="ciam-tests-")
atexit.register(shutil.rmtree, directory, ignore_errors=True)
os.environ |= {
    "CIAM_MODE": "trial",
    "CIAM_DATA_DIR": directory,
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "CIAM_TEST_REDIS_URL": os.environ.pop("REDIS_URL", os.environ.get("CIAM_TEST_REDIS_URL", "")),
}

os.environ.pop("CIAM_OWNER_DATABASE_URL", None)  # the suite makes roles of its own: tests/walls.py

from ciam.settings import *  # noqa: E402, F403

# The lowest costs; the fixture full_hash_costs restores the real ones.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # of staff
PASSWORD_COSTS = {"argon2": {"kib": 8, "passes": 1}, "bcrypt": {"cost": 4}, "pbkdf2": {"rounds": 1}}
