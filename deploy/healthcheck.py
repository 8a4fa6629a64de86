"""Ask the web process of this container for a page; exit 0 only when it answers 200.

Usage: python deploy/healthcheck.py /healthz
"""

import os
import sys
import urllib.request


def main() -> int:
    """Ask as the reverse proxy would: with the public name, over HTTPS."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0]
    request = urllib.request.Request(
        f"http://127.0.0.1:8000{sys.argv[1]}",
        headers={"Host": host, "X-Forwarded-Proto": "https"},
    )
    with urllib.request.urlopen(request, timeout=5) as reply:  # noqa: S310
        return int(reply.status != 200)


if __name__ == "__main__":
    sys.exit(main())
