"""Rules that no linter knows, each with a line that keeps it and a line that breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("common", "accounts", "funds", "payouts", "reconciliation", "riskcontrol")
TEMPLATES = ROOT / "templates"
# Whoever may read the clock, and the worker, each with the reason.
CLOCK_READERS = {
    "accounts/services/jobs.py": "the worker's clock: leases are measured where the work is done",
    "accounts/services/audit_checks.py": "a job's work, called by the worker alone",
    "common/periods.py": "today_in_shanghai, the one name under which views and tasks read the day",
    "payouts/services/sending.py": "three phases, three instants; tests hand in their own clock",
    "payouts/services/polling.py": "three phases, three instants; tests hand in their own clock",
}
BELOW_INTERFACES = ("models", "services", "selectors", "forms", "documents", "calculators")


@dataclass(frozen=True)
class Rule:
    """A rule: where it holds, how a breach is found, and one example of each."""

    name: str
    files: Callable[[], Iterator[Path]]
    breaches: Callable[[str], list[int]]  # text -> line numbers
    good: str
    bad: str


# Where ---------------------------------------------------------------------------------------


def python_files() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def files_below_interfaces() -> Iterator[Path]:
    for path in python_files():
        layer = path.relative_to(ROOT).parts[1].removesuffix(".py")
        in_kernel = path.relative_to(ROOT).parts[0] == "common"
        if (in_kernel or layer in BELOW_INTERFACES) and name_of(path) not in CLOCK_READERS:
            yield path


def view_files() -> Iterator[Path]:
    for path in python_files():
        if "views" in path.relative_to(ROOT).parts or path.name == "views.py":
            yield path
    yield from (ROOT / "config" / name for name in ("home.py", "errors.py", "health.py"))


def all_python() -> Iterator[Path]:
    yield from python_files()
    yield from sorted((ROOT / "config").rglob("*.py"))


def sql_files() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.sql"))


def template_files() -> Iterator[Path]:
    yield from sorted(TEMPLATES.rglob("*.html"))


def screen_files() -> Iterator[Path]:
    """Every template that reaches a browser; WeasyPrint draws the forms under print/."""
    return (path for path in template_files() if "print" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# How -----------------------------------------------------------------------------------------


def nodes(text: str, kind: type) -> Iterator[ast.AST]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, kind))


def dotted(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def clock_reads(text: str) -> list[int]:
    """Find every mention of the clock; `localdate(instant)` only converts, `localdate()` reads."""
    readers = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|timezone\.now|date\.today|time\.(time|monotonic)"
        r"|today_in_shanghai)$"
    )
    found = [n.lineno for n in nodes(text, ast.Attribute | ast.Name) if readers.search(dotted(n))]
    for call in nodes(text, ast.Call):
        name = dotted(call.func)
        if name.endswith(("localdate", "localtime")) and not (call.args or call.keywords):
            found.append(call.lineno)
    return found


def floats(text: str) -> list[int]:
    calls = [n.lineno for n in nodes(text, ast.Call) if dotted(n.func) == "float"]
    return calls + [
        n.lineno
        for n in nodes(text, ast.Attribute | ast.Name)
        if dotted(n).split(".")[-1] == "FloatField"
    ]


def unnamed_locks(text: str) -> list[int]:
    return [
        call.lineno
        for call in nodes(text, ast.Call)
        if dotted(call.func).endswith("select_for_update")
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "select_for_update")
        if "of" not in {word.arg for word in call.keywords}
    ]


SQL = re.compile(
    r"\b(SELECT\s.*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+\w+|WITH\s+\w+\s+AS)\b",
    re.DOTALL,
)


def strings(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first line, last line, value) of every string that is not a docstring."""
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values}
    for node in ast.walk(tree):
        if id(node) in prose | parts:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, node.end_lineno or 0, ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.end_lineno or 0, node.value


def long_statements(text: str) -> list[int]:
    return [first for first, last, value in strings(text) if last > first and SQL.search(value)]


def managers(text: str) -> list[int]:
    return [n.lineno for n in nodes(text, ast.Attribute) if n.attr in {"objects", "_base_manager"}]


def pattern(expression: str, flags: int = 0) -> Callable[[str], list[int]]:
    """Return a search for a regular expression that tells the lines it was found on."""
    compiled = re.compile(expression, flags)
    return lambda text: [
        text.count("\n", 0, match.start()) + 1 for match in compiled.finditer(text)
    ]


LASTING = re.compile(
    r"(^|;)\s*SET\s+(?!LOCAL\b|CONSTRAINTS\b|TRANSACTION\b)\w+(\.\w+)?\s*(=|TO\b)"
    r"|set_config\([^)]*,\s*false\s*\)",
    re.IGNORECASE,
)


def lasting_settings(text: str) -> list[int]:
    """Find settings that outlive their transaction in Python's strings."""
    return [first for first, _, value in strings(text) if LASTING.search(value)]


def lasting_settings_in_sql(text: str) -> list[int]:
    """Find them in a SQL file, whose comments may say anything."""
    bare = re.sub(r"--[^\n]*", "", text)
    return [bare.count("\n", 0, match.start()) + 1 for match in LASTING.finditer(bare)]


RULES = (
    Rule(
        "the clock is read in views, tasks and commands only",
        files_below_interfaces,
        clock_reads,
        "day = timezone.localdate(at)",
        "day = timezone.localdate()",
    ),
    Rule(
        "no float comes near an amount",
        python_files,
        floats,
        "amount = Decimal(text)",
        "amount = float(text)",
    ),
    Rule(
        "a lock names the table it locks",
        python_files,
        unnamed_locks,
        'rows.select_for_update(of=("self",), no_key=True)',
        "rows.filter(pk=1).select_for_update()",
    ),
    Rule(
        "a statement longer than one line stands in a .sql file",
        python_files,
        long_statements,
        'cursor.execute("SELECT id FROM a WHERE b")',
        'cursor.execute("SELECT id FROM a "\n    "WHERE b")',
    ),
    Rule(
        "a view asks selectors and services, never the database",
        view_files,
        managers,
        "rows = list_cases(actor=request.actor)",
        "rows = BenefitCase.objects.all()",
    ),
    Rule(
        "ATOMIC_REQUESTS is off: it would commit before a lazy template renders",
        all_python,
        pattern(r"ATOMIC_REQUESTS[\"']?\]?\s*[=:]\s*True"),
        'DATABASES["default"]["ATOMIC_REQUESTS"] = False',
        'DATABASES["default"]["ATOMIC_REQUESTS"] = True',
    ),
    Rule(
        "a setting of the database ends with its transaction",
        all_python,
        lasting_settings,
        "x = \"SELECT set_config('app.pool_id', %s, true)\"",
        "x = \"SET app.pool_id = '1'\"",
    ),
    Rule(
        "a setting in a .sql file ends with its transaction",
        sql_files,
        lasting_settings_in_sql,
        "UPDATE a -- SET b = 1;\nSET b = 1;\nSET LOCAL work_mem = '64MB';",
        "SET work_mem = '64MB';",
    ),
    Rule(
        "no style of its own in a template",
        screen_files,
        pattern(r"\sstyle\s*=|<style\b", re.IGNORECASE),
        '<p class="muted">',
        '<p style="color: red">',
    ),
    Rule(
        "no handler in a template",
        template_files,
        pattern(
            r"\son(click|change|submit|input|load|error|focus|blur|key\w+|mouse\w+)\s*="
            r"|javascript:",
            re.IGNORECASE,
        ),
        '<button data-confirm="…">',
        '<button onclick="go()">',
    ),
    Rule(
        "no script inside a template",
        template_files,
        pattern(r"<script\b[^>]*>\s*[^<\s]", re.IGNORECASE),
        '<script src="{% static "app/app.js" %}" defer></script>',
        "<script>go()</script>",
    ),
    Rule(
        "nothing is loaded from another host",
        template_files,
        pattern(r"https?://(?!www\.w3\.org/)|(src|href)\s*=\s*[\"']//", re.IGNORECASE),
        '<svg xmlns="http://www.w3.org/2000/svg">',
        '<img src="https://example.com/a.png">',
    ),
)
NAMES = [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_rule_tells_good_from_bad(rule):
    assert rule.breaches(rule.good) == []
    assert rule.breaches(rule.bad) == [1]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_rule_is_kept(rule):
    broken = [
        f"{name_of(path)}:{line}"
        for path in rule.files()
        for line in rule.breaches(path.read_text(encoding="utf-8"))
    ]
    assert broken == [], rule.name


def test_whoever_may_read_the_clock_does():
    idle = [name for name in CLOCK_READERS if not clock_reads((ROOT / name).read_text("utf-8"))]
    assert idle == []


# Templates -----------------------------------------------------------------------------------

# Django looks for these by itself.
FOUND_BY_DJANGO = ("django/",)


@cache
def names_in_use() -> set[str]:
    named = re.compile(r"[\"']([\w./-]+\.html)[\"']")
    used: set[str] = set()
    for path in (*all_python(), *template_files()):
        own = path.relative_to(TEMPLATES).as_posix() if path.is_relative_to(TEMPLATES) else ""
        used |= set(named.findall(path.read_text(encoding="utf-8"))) - {own}
    # config/errors.py and the middleware name error pages by their status.
    return used | {f"{status}.html" for status in (400, 403, 404, 409, 500)}


def test_in_every_form_that_is_typed_into_enter_goes_to_the_next_field():
    """Sent by Enter half filled, a form comes back refused: the habit of accounting programs."""
    forms = [
        (str(path.relative_to(TEMPLATES)), tag)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for tag in re.findall(r"<form\b(?:[^>{]|\{[^}]*\}+)*>", path.read_text(encoding="utf-8"))
    ]
    guarded = [(name, tag) for name, tag in forms if "data-guard" in tag]
    assert guarded
    assert [name for name, tag in guarded if 'data-enter="next"' not in tag] == []


def test_every_template_is_used():
    unused = {
        name
        for path in template_files()
        if not (name := path.relative_to(TEMPLATES).as_posix()).startswith(FOUND_BY_DJANGO)
    } - names_in_use()
    assert unused == set()


def test_every_template_named_exists():
    from django.template.loader import get_template  # noqa: PLC0415 -- after settings

    for name in sorted(names_in_use()):
        get_template(name)
