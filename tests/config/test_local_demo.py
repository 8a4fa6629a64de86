"""The demo's supervisor: how it ends what it runs."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# A process with a child in its group; each writes down that it was asked to end. The process then
# ends its child itself, as Celery's worker and gunicorn do: by a signal with a higher number than
# SIGTERM, so that the child would have taken note of SIGTERM first.
FAMILY = """
import os, signal, time
def note(who):
    with open("asked", "a") as file:
        file.write(who + " ")
def parent_asked(*_):
    note("parent")
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        os.kill(child, signal.SIGURG)  # again: what reaches Python while it forks is forgotten
        time.sleep(0.05)
    os._exit(0)
signal.signal(signal.SIGTERM, lambda *_: note("child"))
ended = []
signal.signal(signal.SIGURG, lambda *_: ended.append(True))
child = os.fork()
if child:
    signal.signal(signal.SIGTERM, parent_asked)
    print("at work", flush=True)
while not ended:
    time.sleep(0.05)
"""
SUPERVISOR = """
import shlex, sys
from config.local_demo import Supervisor
supervisor = Supervisor()
command = "exec " + shlex.join([sys.executable, "-c", sys.argv[1]])
supervisor.add_process("family", command, cwd=sys.argv[2])
supervisor.loop()
sys.exit(supervisor.returncode)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_each_process_is_asked_alone_to_end(tmp_path, number, code):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, FAMILY, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in supervisor.stdout:
        if "at work" in line:
            supervisor.send_signal(number)
    assert supervisor.wait() == code
    assert Path(tmp_path, "asked").read_text() == "parent "
