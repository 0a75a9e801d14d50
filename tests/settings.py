"""The server's own settings, as a trial whose jobs run at once; some tests start real servers beside it."""

import os
import tempfile

os.environ |= {
    "CIAM_MODE": "trial",
    "CIAM_DATA_DIR": tempfile.mkdtemp(prefix="ciam-tests-"),
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "CIAM_TEST_REDIS_URL": os.environ.pop("REDIS_URL", os.environ.get("CIAM_TEST_REDIS_URL", "")),
}

from ciam.settings import *  # noqa: F403
