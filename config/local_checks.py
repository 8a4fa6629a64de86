"""The project's static checks: one line each, output only of those that fail."""

import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.local_environment import Environment, production_environment
from config.local_processes import end, python, start, tool
from config.local_tools import ROOT

PACKAGES = (
    "config", "common", "accounts", "funds", "payouts", "reconciliation", "riskcontrol", "tools",
)  # fmt: skip
AT_ONCE = 2  # processes; more gain nothing on two cores


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    command: list[str]
    environment: Environment = field(default_factory=dict)


@dataclass
class Running:
    """A check under way, with the file that takes its output."""

    check: Check
    child: subprocess.Popen[str]
    output: IO[str]
    started: float


def checks() -> list[Check]:
    """List the checks, the slowest first."""
    packages = [name for name in PACKAGES if Path(ROOT, name).is_dir()]
    manage = python("-W", "ignore", "manage.py")
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    compose = ["--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    return [
        Check("types (mypy)", tool("mypy", *packages)),
        Check("templates: form (djlint)", tool("djlint", "templates", "--check", "--quiet")),
        Check("templates: rules (djlint)", tool("djlint", "templates", "--lint", "--quiet")),
        Check("migrations complete", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("production settings", deploy, production_environment()),
        Check("import contracts", tool("lint-imports", "--no-cache")),
        Check("compose file", tool("check-jsonschema", *compose)),
        Check("format (ruff)", tool("ruff", "format", "--check", ".")),
        Check("rules (ruff)", tool("ruff", "check", ".")),
        Check("sizes", python("-m", "tools.check_sizes")),
    ]


def run_checks(environment: Environment) -> bool:
    """Run all checks, two at a time, and tell whether every one passed."""
    waiting, running, passed = checks(), list[Running](), True
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(begin(waiting.pop(0), environment))
            for one in [one for one in running if one.child.poll() is not None]:
                running.remove(one)
                passed = report(one) and passed
            time.sleep(0.02)
    finally:
        for one in running:
            end(one.child)
    return passed


def begin(check: Check, environment: Environment) -> Running:
    """Start one check with its output going to a temporary file."""
    output = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by report)
    child = start(
        check.command,
        {**environment, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    return Running(check, child, output, time.monotonic())


def report(one: Running) -> bool:
    """Print the result of a check that ended; its output only when it failed."""
    passed = one.child.returncode == 0
    seconds = time.monotonic() - one.started
    print(f"  {'ok  ' if passed else 'FAIL'}  {one.check.name:<28} {seconds:5.1f} s", flush=True)
    if not passed:
        one.output.seek(0)
        print(one.output.read().rstrip(), flush=True)
    one.output.close()
    return passed


def fix(environment: Environment) -> int:
    """Repair what the tools can repair by themselves."""
    commands = [
        tool("ruff", "check", "--fix", "--quiet", "."),
        tool("ruff", "format", "."),
        tool("djlint", "templates", "--reformat", "--quiet"),
    ]
    codes = []
    for command in commands:
        child = start(command, environment)
        try:
            codes.append(child.wait())
        finally:
            end(child)
    return codes[0]  # what ruff could not fix; djlint returns 1 for files it changed
