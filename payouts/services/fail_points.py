"""Places where a test may kill the process, to prove that what follows a crash is right.

Off unless the environment variable FUND_FAIL_POINT names one.
"""

import os
import signal


def reach(name: str) -> None:
    """Kill this process at once, as a power failure would, if the environment asks for it here."""
    if os.environ.get("FUND_FAIL_POINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
