"""What every step stands on: a pool with one office, N recipients, both sources' extracts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction

from accounts.duties import Duty
from accounts.enums import OrganisationLevel
from accounts.models import Organisation, Parameter, PostGrant
from accounts.selectors.parameters import value_in_force
from accounts.services.documents import TEXT, NewDocument, store_document
from accounts.services.founding import OfficeCharter, PersonCharter, PoolCharter, found_pool
from common.actor import Person
from common.db import copy_rows, run_sql
from common.encryption import Purpose, lookup_keys_many
from common.tenancy import tenant_transaction
from funds.services.founding import open_books
from payouts.enums import ExtractState, SourceKind
from payouts.models import BenefitItem, CheckList, SourceExtract
from payouts.services.founding import install_catalogue
from tools.bench.measuring import require_count

APP = "tools/bench"
NOW = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
# Newest first: a month whose money is paid blocks the plans of later months until it is signed.
MONTHS = (date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1))
SIGNERS = ("ACC", "REV1", "REV2", "APP")
POSTS = (
    *SIGNERS,
    *("PLAN", "OFFH", "DEPT", "LEAD", "HEAD", "FACC", "FCHK", "FCASH", "FHEAD", "DATA"),
)
FILE_LINES = 400_000  # of a bank's file: 36 MB, and one above 64 MB is refused
NAMES = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨磊", "赵敏", "黄勇", "周杰", "吴霞")


@dataclass(frozen=True, slots=True)
class Ground:
    """The founded pool. `cards` gives the invented account number of a look-up key."""

    pool_id: int
    office_id: int
    item_id: int
    recipients: int
    people: dict[str, Person]
    cards: dict[str, str]


def lay_ground(recipients: int, code: str = "510400", *, file_lines: int = FILE_LINES) -> Ground:
    """Found the pool and write its recipients and extracts, set-based.

    A month's payments go to the bank in files of up to `file_lines` lines.

    Raises:
        RuntimeError: not every recipient was written.
    """
    with transaction.atomic(durable=True):
        office, people = _found(code)
        _raise_file_limit(office.pool_id, file_lines)
    numbers = [f"622848{serial:013d}" for serial in range(1, recipients + 1)]
    keys = lookup_keys_many(numbers, purpose=Purpose.ACCOUNT)
    with tenant_transaction(people["ACC"]):
        item = BenefitItem.objects.get(code="B01")
        _stage_people(recipients, keys)
        _add_people(office, item, people, recipients)
        for kind in SourceKind:
            _add_extract(office, people["DATA"], kind, recipients)
    return Ground(
        pool_id=office.pool_id,
        office_id=office.pk,
        item_id=item.pk,
        recipients=recipients,
        people=people,
        cards=dict(zip(keys, numbers, strict=True)),
    )


def _found(code: str) -> tuple[Organisation, dict[str, Person]]:
    office = OfficeCharter(
        code=code,
        region_code=code,
        name="市就业创业促进中心",
        short_name="市本级",
        level=OrganisationLevel.CITY,
    )
    staff = tuple(
        PersonCharter(f"bench{code}{post.lower()}", post, code, (post,), "Not-a-login-9")
        for post in POSTS
    )
    charter = PoolCharter(code, "测速市", (office,), staff, date(2026, 1, 1))
    pool = found_pool(charter=charter, now=NOW)
    open_books(pool=pool, first_month=date(2026, 1, 1), months=12)
    install_catalogue(pool=pool, now=NOW)
    people = {
        grant.post_id: Person(
            pool.pk, grant.organisation_id, grant.user_id, grant.pk, grant.post_id
        )
        for grant in PostGrant.objects.all()
    }
    return Organisation.objects.get(code=code), people


def _raise_file_limit(pool_id: int, lines: int) -> None:
    """Let a file hold more payments than a bank takes, so that a return has as many lines."""
    for code, value in (("bank_file_lines", lines), ("bank_file_amount", "99999999999.00")):
        Parameter.objects.create(
            pool_id=pool_id,
            code=code,
            value=value,
            valid_from=date(2026, 1, 1),
            source="测速",
        )


def _stage_people(recipients: int, account_keys: list[str]) -> None:
    identities = [f"51040219800101{serial:09d}" for serial in range(1, recipients + 1)]
    keys = lookup_keys_many(identities, purpose=Purpose.IDENTITY)
    run_sql(APP, "stage_people", {})
    rows = (
        (serial, key, NAMES[serial % len(NAMES)], account_key)
        for serial, (key, account_key) in enumerate(zip(keys, account_keys, strict=True), start=1)
    )
    copied = copy_rows("bench_person", ("serial", "person_key", "name", "number_key"), rows)
    require_count("people staged", copied, recipients)


def _add_people(
    office: Organisation, item: BenefitItem, people: dict[str, Person], recipients: int
) -> None:
    parameters = {
        "pool_id": office.pool_id,
        "item_id": item.pk,
        "check_list_id": CheckList.objects.get(item=item).pk,
        "office_id": office.pk,
        "clerk_id": people["ACC"].user_id,
        "signer_ids": [people[post].user_id for post in SIGNERS],
        "at": NOW,
        "first_month": MONTHS[-1],
    }
    [(written,)] = run_sql(APP, "add_people", parameters)
    require_count("entitlements", written, recipients)


def _add_extract(office: Organisation, actor: Person, kind: SourceKind, recipients: int) -> None:
    content = f"#{kind}".encode()
    document = store_document(
        actor=actor,
        document=NewDocument(office.pk, Duty.SOURCE_READ, kind, f"{kind}.csv", TEXT, content),
        at=NOW,
    )
    extract = SourceExtract.objects.create(
        pool_id=office.pool_id,
        kind=kind,
        document=document,
        sha256=document.sha256,
        received_at=NOW,
        row_count=recipients,
    )
    parameters = {
        "pool_id": office.pool_id,
        "extract_id": extract.pk,
        "is_enrolment": kind == SourceKind.ENROLMENT,
        "payer_unit": value_in_force(code="medical_payer_units", on=NOW.date())[0],
        "last_month": date(2026, 8, 1),
    }
    run_sql(APP, "add_extract_rows", parameters)
    require_count("extract rows", extract.rows.count(), recipients)
    extract.state, extract.data_date, extract.applied_at = ExtractState.APPLIED, NOW.date(), NOW
    extract.save(update_fields=["state", "data_date", "applied_at"])
