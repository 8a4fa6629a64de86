#!/usr/bin/env python3
"""The one way to run, test and check this project: `python3 dev.py <command>`.

Standard library only, so that a bare Debian 12 with python3 and git is enough. It installs what
is missing (Debian packages, a virtual environment, the pinned Python packages) and then hands
over to config/local_stack.py. Every step may be repeated and repairs what was left half done.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "fund-stamp.json"  # where the environment was made, and from which files
OLDEST, NEWEST = (3, 11), (3, 13)

COMMANDS = {
    "demo": "run the whole system with the demo city; Ctrl-C stops it",
    "test": "run the checks and all tests; arguments go to pytest",
    "check": "run the static checks only",
    "fix": "format the code and repair what can be repaired by machine",
    "bench": "measure the mass jobs, pages and files",
    "faults": "kill, stop and cut off the processes; --seed N, --only DEED, --prove",
    "screens": "photograph every page: .local/screens/index.html",
    "pictures": "make the pictures of the help pages anew",
    "stack": "run PostgreSQL and Redis for other terminals: stack [-- command]",
    "manage": "run a management command on the demo's data",
}
# Each requirement file contains the ones before it.
PURPOSES = ("run", "demo", "test", "lint")
NEEDS = {"demo": "demo", "manage": "demo"}  # all other commands: lint
PRINTING = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk"]
BROWSER = ["chromium-headless-shell", "libatomic1"]  # Playwright's own Node needs libatomic1
OFFICE = ["libreoffice-calc-nogui"]  # opens the exported workbooks as an auditor would
WALK = PRINTING + BROWSER
PACKAGES = {
    "demo": PRINTING,
    "manage": PRINTING,
    "test": WALK + OFFICE,
    "screens": WALK,
    "pictures": WALK,
}


def say(message: str) -> None:
    """Print a line of progress at once."""
    print(f"[dev] {message}", flush=True)


def run(*command: str, **more: object) -> None:
    """Run a command and stop with its code when it fails."""
    code = subprocess.call(command, cwd=ROOT, **more)
    if code:
        sys.exit(f"[dev] failed ({code}): {' '.join(command)}")


# Debian packages ----------------------------------------------------------------------------


def missing_packages(names: list[str]) -> list[str]:
    """Return the Debian packages that are not installed; none where there is no dpkg."""
    if not names or not shutil.which("dpkg-query"):
        return []
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *names]
    listed = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def root_prefix() -> "list[str] | None":
    """Return how to run a command as root without a question, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.call(["sudo", "-n", "true"], **quiet) == 0:
            return ["sudo", "-n"]
    return None


def needed_packages(command: str) -> list[str]:
    """Return the Debian packages of a command; Debian keeps the maker of environments apart."""
    maker = [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]
    return maker + PACKAGES.get(command, [])


def install_packages(names: list[str]) -> None:
    """Install missing Debian packages, or say which line to type."""
    missing = missing_packages(names)
    if not missing:
        return
    # A bare machine has no list of packages yet, so the line fetches it first.
    line = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(missing)
    prefix = root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        sys.exit(f"[dev] Missing Debian packages. As root, type:\n\n  {line}\n\nand start again.")
    say(f"installing Debian packages: {' '.join(missing)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    wait = ["-o", "DPkg::Lock::Timeout=300"]  # seconds, when another apt is at work
    subprocess.call([*apt, *wait, "update"])  # an old list may do; the next command decides
    install = [*apt, *wait, "install", "-y", "--no-install-recommends", *missing]
    if subprocess.call(install, stdout=subprocess.DEVNULL):
        sys.exit(f"[dev] apt could not install them. As root, try:\n\n  {line}")


# Virtual environment ------------------------------------------------------------------------


def refuse_foreign_folders() -> None:
    """Say plainly when an earlier run by another user (often root) owns our folders."""
    ours = (folder for folder in (VENV, LOCAL, *LOCAL.glob("*/")) if folder.exists())
    foreign = [str(folder) for folder in ours if not os.access(folder, os.W_OK | os.X_OK)]
    if foreign:
        sys.exit(
            f"[dev] Made by another user: {', '.join(foreign)}\n"
            "Go on as that user; or, to lose what is in there and begin anew, type as root:\n\n"
            f"  rm -rf {shlex.join(foreign)}\n\nand start again."
        )


def environment_is_sound() -> bool:
    """Tell whether the virtual environment runs, was finished, and was made at this place.

    Its scripts carry the absolute path of its interpreter, so a moved one must be made anew.
    """
    probe = "import sys; print(sys.prefix); print(*sys.version_info[:2])"
    try:
        STAMP.read_bytes()
        answer = subprocess.run(
            [str(PYTHON), "-c", probe], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        made_as = (VENV / "pyvenv.cfg").read_text()
    except (OSError, subprocess.CalledProcessError):
        return False
    here = [str(VENV), f"{sys.version_info[0]} {sys.version_info[1]}"]
    commands = [row for row in made_as.splitlines() if row.startswith("command = ")]
    return answer == here and all(row.endswith(f" {VENV}") for row in commands)


def make_environment() -> None:
    """Make the virtual environment unless a sound one is there."""
    if environment_is_sound():
        return
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        say("the virtual environment is broken, incomplete or was moved; making it anew")
        shutil.rmtree(VENV)
    say("creating .venv")
    run(sys.executable, "-m", "venv", str(VENV))


def fingerprints(purpose: str) -> "dict[str, str]":
    """Return the hash of every requirement file that this purpose covers."""
    covered = PURPOSES[: PURPOSES.index(purpose) + 1]
    files = [ROOT / "requirements" / f"{name}.txt" for name in covered]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def installed_fingerprints() -> "dict[str, str]":
    """Return the hashes of the requirement files that are installed."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def install_requirements(purpose: str) -> None:
    """Install the pinned packages of a purpose, when their file changed since the last time."""
    wanted = fingerprints(purpose)
    if wanted.items() <= installed_fingerprints().items():
        return
    STAMP.unlink(missing_ok=True)  # if we are stopped now, the environment is half made
    folder = ROOT / "requirements"
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "-r"]
    run(*pip, str(folder / "bootstrap.txt"))
    say(f"installing Python packages: requirements/{purpose}.txt")
    # uv would fetch a Python of its own if it did not like ours.
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    uv += ["--require-hashes", "-r", str(folder / f"{purpose}.txt")]
    if subprocess.call(uv, cwd=ROOT, env=environment):
        # A closed network is often configured for pip alone.
        say("uv could not install them; trying pip")
        run(*pip, str(folder / f"{purpose}.txt"))
    STAMP.write_text(json.dumps(wanted))


def usage() -> str:
    """Return the list of commands."""
    rows = "\n".join(f"  {name:<10}{text}" for name, text in COMMANDS.items())
    return f"usage: python3 dev.py <command> [arguments]\n\n{rows}"


def main() -> None:
    """Install what the command needs, then become the command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in COMMANDS:
        print(usage())
        sys.exit(command not in {"help", "-h", "--help"})
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"[dev] Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}")
    install_packages(needed_packages(command))
    refuse_foreign_folders()
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "setup.lock").open("a") as lock:  # two terminals may start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_environment()
        install_requirements(NEEDS.get(command, "lint"))
    # Dozens of processes start from here, and none shall compile every module anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(LOCAL / "bytecode")
    arguments = [str(PYTHON), "-m", "config.local_stack", *sys.argv[1:]]
    # Run from the checkout: Python looks for the module in the current folder.
    os.chdir(ROOT)
    os.execv(str(PYTHON), arguments)


if __name__ == "__main__":
    main()
