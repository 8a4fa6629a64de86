"""Health check of a process that nobody can ask: was its file touched lately?

python deploy/heartbeat.py 60 /dev/shm/relay
"""

import sys
import time
from pathlib import Path


def main(seconds: float, path: Path) -> int:
    """Return 0 if the file was touched within the last `seconds`."""
    try:
        return 0 if time.time() - path.stat().st_mtime <= seconds else 1
    except FileNotFoundError:
        return 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), Path(sys.argv[2])))
