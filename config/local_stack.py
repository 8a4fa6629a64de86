"""The daily commands, started by dev.py inside the virtual environment.

Each starts embedded PostgreSQL and Redis in a folder of its own below `.local/`, does its work
and stops them again. With DATABASE_URL and REDIS_URL in the environment, those servers are used
and none is started.
"""

import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local_checks import fix, run_checks
from config.local_environment import (
    LOCAL,
    Environment,
    demo_environment,
    server_addresses,
    test_environment,
)
from config.local_processes import end_on_signals, python, run, run_here
from config.local_servers import running_servers
from config.local_tools import ROOT

# Each process keeps a stretch of neighbouring tests, which share their ground, and takes from the
# other's when it is done.
PARALLEL = ("-n", "2", "--dist", "worksteal")
# Names what a terminal got from `.local/test/env`. It is dropped again when that terminal starts
# another command: the servers of that file may be gone by then, or are shared anyway.
OURS = "FUND_LOCAL_STACK"

Phase = tuple[str, bool, float]


@contextmanager
def addresses(base: Path, *, admin: bool = False, careless: bool = False) -> Iterator[Environment]:
    """Yield the servers' addresses: the caller's own, or those of servers we start."""
    given = {"DATABASE_URL", "REDIS_URL"} & os.environ.keys()
    if len(given) == 2:
        base.mkdir(parents=True, exist_ok=True)
        if "DATABASE_OWNER_URL" not in os.environ:
            sys.exit(
                "DATABASE_URL is given, so DATABASE_OWNER_URL is needed too (see .env.example)"
            )
        yield {}
        return
    if given:
        sys.exit("Set both DATABASE_URL and REDIS_URL, or neither; only one is in the environment")
    with running_servers(base, careless=careless) as servers:
        yield server_addresses(servers, admin=admin)


@contextmanager
def test_stack() -> Iterator[Environment]:
    """Run the servers of the tests, which may lose their data in a crash."""
    base = LOCAL / "test"
    with addresses(base, admin=True, careless=True) as found:
        yield test_environment(base, found)


# Commands -----------------------------------------------------------------------------------


def demo(_arguments: list[str]) -> int:
    """Run the whole system with the demo city until Ctrl-C."""
    from config.local_demo import refuse_taken_port, run_demo  # noqa: PLC0415 (honcho: demo only)

    refuse_taken_port(os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
    started = time.monotonic()
    base = LOCAL / "demo"
    with addresses(base) as found:
        print(f"PostgreSQL and Redis are up ({time.monotonic() - started:.1f} s)", flush=True)
        return run_demo(demo_environment(base, found), base)


def test(arguments: list[str]) -> int:
    """Run the checks and all tests; with arguments, pytest alone with these."""
    with test_stack() as environment:
        # Playwright leaves an event loop in its thread; Django would refuse the database there.
        unguarded = {**environment, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
        if arguments:
            return run(pytest(*arguments), unguarded)
        return summary([
            phase("checks", lambda: run_checks(environment)),
            phase("tests", lambda: run(pytest(*PARALLEL), unguarded) == 0),
        ])  # fmt: skip


def pytest(*arguments: str) -> list[str]:
    """Return a pytest command line."""
    return python("-m", "pytest", *arguments)


def phase(name: str, work: Callable[[], bool]) -> Phase:
    """Do one part of the test command and take its time."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    passed = work()
    return name, passed, time.monotonic() - started


def summary(phases: list[Phase]) -> int:
    """Print what passed; return 1 if anything failed."""
    print("\n== summary")
    for name, passed, seconds in phases:
        print(f"  {'ok  ' if passed else 'FAIL'}  {name:<14} {seconds:6.1f} s")
    total = sum(seconds for _, _, seconds in phases)
    failed = not all(passed for _, passed, _ in phases)
    print(f"  {'FAILED' if failed else 'passed'} in {total:.1f} s", flush=True)
    return int(failed)


def check(_arguments: list[str]) -> int:
    """Run the static checks."""
    with test_stack() as environment:
        return 0 if run_checks(environment) else 1


def repair(_arguments: list[str]) -> int:
    """Format, and fix what can be fixed by machine."""
    return fix(dict(os.environ))


def bench(arguments: list[str]) -> int:
    """Measure the mass jobs, then pages and files, on a cluster with production's durability."""
    base = LOCAL / "bench"
    with addresses(base, admin=True) as found:
        environment = test_environment(base, found)
        parts = ("tools.bench", "tools.bench.screens", "tools.bench.books")
        return max(run(python("-m", part, *arguments), environment) for part in parts)


def screens(_arguments: list[str]) -> int:
    """Walk every page, photograph it at both sizes, and lay the pictures out on one sheet."""
    folder = LOCAL / "screens"
    shutil.rmtree(folder, ignore_errors=True)
    code = walk({"SCREENS_FOLDER": str(folder)})
    print(f"open {folder}/index.html", flush=True)
    return code


def pictures(_arguments: list[str]) -> int:
    """Walk every page and make the pictures of the help pages anew."""
    return walk({"HELP_PICTURES": "make"}, "-k", "test_page")


def walk(wishes: Environment, *arguments: str) -> int:
    """Run the walk through every page with wishes for its album."""
    with test_stack() as environment:
        more = {"DJANGO_ALLOW_ASYNC_UNSAFE": "true", **wishes}
        return run(pytest("tests/browser/walk", *arguments), {**environment, **more})


def faults(arguments: list[str]) -> int:
    """Kill, stop and cut off the system's processes; they have servers of their own."""
    return run(python("-m", "tests.faults", *arguments), test_environment(LOCAL / "faults", {}))


def stack(arguments: list[str]) -> int:
    """Keep the tests' servers running for a command, or until Ctrl-C for other terminals."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    with test_stack() as environment:
        ours = {key: value for key, value in environment.items() if os.environ.get(key) != value}
        ours[OURS] = " ".join(sorted(ours))
        lines = "".join(f"export {key}={shlex.quote(ours[key])}\n" for key in sorted(ours))
        note = LOCAL / "test" / "env"
        note.unlink(missing_ok=True)
        note.touch(mode=0o600)
        note.write_text(lines)
        if command:
            return run_here(command, {**environment, OURS: ours[OURS]})
        print(lines, end="", flush=True)
        while True:
            time.sleep(3600)


def manage(arguments: list[str]) -> int:
    """Run a management command on the demo's data."""
    base = LOCAL / "demo"
    with addresses(base) as found:
        environment = demo_environment(base, found)
        if arguments[:1] == ["migrate"]:  # only the owner may change tables
            environment["DATABASE_URL"] = environment["DATABASE_OWNER_URL"]
        return run_here(python("manage.py", *arguments), environment)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "fix": repair,
    "bench": bench,
    "faults": faults,
    "screens": screens,
    "pictures": pictures,
    "stack": stack,
    "manage": manage,
}


def main() -> int:
    """Run the command named on the command line."""
    os.chdir(ROOT)
    for name in os.environ.pop(OURS, "").split():
        os.environ.pop(name, None)
    end_on_signals()
    return COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
