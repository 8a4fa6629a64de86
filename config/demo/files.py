"""Example files for whoever tries the demo: extracts to import, and people to take in."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from common.periods import month_code
from config.demo.claims import applicant_of
from config.demo.sources import extract_files
from config.demo.story import Story
from config.demo.window import WALK_INS
from payouts.enums import SourceKind

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE_CITY = 100_000  # recipients; a larger city's extracts are not written out
PEOPLE_HEAD = "机构,姓名,证件号,手机,社会保障卡（银行卡）,开户银行,累计缴费月数,失业原因"


def examples_folder() -> Path:
    """Return the folder of the example files: beside the watched inbox."""
    if settings.INBOX_DIR:
        return Path(settings.INBOX_DIR).parent / "examples"
    return PROJECT_ROOT / ".local" / "demo" / "examples"


def write_examples(story: Story) -> None:
    """Write the files of one city into the examples folder, replacing earlier ones."""
    folder = examples_folder() / story.city.code
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "申请人.csv", [PEOPLE_HEAD, *_people(story)])
    if story.recipients > EXAMPLE_CITY:
        return
    month = story.calendar.month
    # Another day of data than what is imported already, so that the file is not refused as known.
    day = f"{story.calendar.today:%Y-%m-%d}"
    files = extract_files(story.city, story.recipients, story.seed, story.calendar, month)
    for kind, name in ((SourceKind.ENROLMENT, "参保信息"), (SourceKind.MEDICAL, "医保信息")):
        lines = files[kind].decode().splitlines()
        head = lines[0].split(",")
        head[1] = day
        newer = [",".join(head), *lines[1:]]
        _write(folder / f"{name}-{month_code(month)}.csv", newer)
        _write(folder / f"{name}-{month_code(month)}-含错误.csv", _spoiled(newer))


def _people(story: Story) -> Iterable[str]:
    """Yield people who may come to a window: in the sources, not yet in the system."""
    for office in story.city.offices:
        for place in WALK_INS:
            claim = applicant_of(
                story.city, office, place, story.recipients, story.seed, story.calendar
            )
            person = claim.person
            yield (
                f"{office.short_name},{person.name},{person.identity},{person.phone},"
                f"{person.card},{person.bank_name},{claim.contributed_months},"
                f"{claim.leaving_reason}"
            )


def _spoiled(lines: list[str]) -> list[str]:
    """Return the file with a wrong check digit, a repeated line and a wrong count."""
    wrong = [*lines, lines[-1]]
    cells = wrong[3].split(",")
    place = 1 if cells[0].isdigit() and len(cells[0]) == 6 else 0
    identity = cells[place]
    cells[place] = identity[:-1] + ("1" if identity[-1] != "1" else "2")
    wrong[3] = ",".join(cells)
    return wrong


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
