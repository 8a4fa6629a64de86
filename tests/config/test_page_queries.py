"""How many statements each page sends: fixed here, so that no page asks once per row unseen.

The frame's counts are warm, as they are on every page but the first of some seconds; here they
stay so, however long the module takes. Among them
are always six: the session, the user, BEGIN, the tenant, the person with his duties, COMMIT.
"""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from common.actor import Job
from common.tenancy import tenant_transaction
from config.frame import _forget
from tests.config.ground import loaded_demo

# page: (username, name of its address, table of the object it shows, parameters, statements)
OFFICE = "510402"
PAGES = {
    "notices": ("acc510402", "accounts:notices", "", {}, 9),
    "jobs": ("acc510402", "accounts:jobs", "", {}, 8),
    "audit trail": ("risk510400", "accounts:audit", "", {}, 12),
    "people": ("lead", "accounts:people", "", {}, 12),
    "organisations": ("lead", "accounts:organisations", "", {}, 7),
    "parameters": ("lead", "accounts:parameters", "", {}, 7),
    "parameter changes": ("lead", "parameter_changes", "", {}, 10),
    "posts": ("lead", "accounts:posts", "", {}, 8),
    "grants": ("lead", "accounts:grants", "", {}, 11),
    "new intake": ("acc510402", "payouts:intake_new", "", {}, 6),
    "intake": ("acc510402", "payouts:intake", "draft", {}, 12),
    "waiting cases": ("rev1510402", "payouts:cases", "", {}, 10),
    "all cases": ("rev1510402", "payouts:cases", "", {"tab": "all"}, 10),
    "cases by name": ("rev1510402", "payouts:cases", "", {"tab": "all", "name": "张"}, 9),
    "review": ("rev1510402", "payouts:case", "review", {}, 12),
    "determined case": ("rev1510402", "payouts:case", "determined", {}, 11),
    "person": ("rev1510402", "payouts:person", "claimant", {}, 13),
    "recipients": ("rev1510402", "payouts:recipients", "", {}, 10),
    "search": ("rev1510402", "payouts:search", "", {"q": "张"}, 8),
    "sources": ("plan510402", "payouts:sources", "", {}, 11),
    "comparisons": ("plan510402", "payouts:comparisons", "", {}, 9),
    "comparison": ("plan510402", "payouts:comparison", "comparison", {}, 11),
    "plans": ("plan510402", "payouts:plans", "", {}, 9),
    "plan": ("plan510402", "payouts:plan", "plan", {}, 12),
    "plan lines": ("plan510402", "payouts:plan_lines", "plan", {}, 11),
    "applications": ("plan510402", "payouts:applications", "", {}, 8),
    "batches": ("facc", "payouts:batches", "", {}, 11),
    "batch": ("facc", "payouts:batch", "batch", {}, 15),
    "batch lines": ("facc", "payouts:batch_lines", "batch", {}, 11),
    "returns": ("facc", "payouts:returns", "", {}, 12),
    "return": ("facc", "payouts:return", "return", {}, 14),
    "reissues": ("facc", "payouts:reissues", "", {}, 12),
    "vouchers": ("facc", "funds:vouchers", "", {}, 10),
    "voucher": ("facc", "funds:voucher", "voucher", {}, 11),
    "ledger": ("facc", "funds:ledger", "", {}, 11),
    "ledger of an account": ("facc", "funds:ledger", "", {"account": "1004"}, 11),
    "capacity": ("facc", "capacity", "", {}, 17),
    "general ledger": ("facc", "funds:general_ledger", "", {"account": "1004"}, 11),
    "day-book": ("facc", "funds:day_book", "", {}, 15),
    "prints": ("facc", "funds:prints", "", {}, 8),
    "flow findings": ("facc", "funds:flow_findings", "", {}, 11),
    "current accounts": ("facc", "funds:current_accounts", "", {}, 15),
    "trial balance": ("facc", "funds:trial_balance", "", {}, 11),
    "tax lists": ("facc", "funds:tax_lists", "", {}, 11),
    "funds plans": ("facc", "funds:funds_plans", "", {}, 11),
    "bank accounts": ("facc", "funds:bank_accounts", "", {}, 11),
    "bank statements": ("facc", "funds:bank_statements", "", {}, 13),
    "periods": ("facc", "funds:periods", "", {}, 8),
    "month end": ("fhead", "reconciliation:month_end", "period", {}, 13),
    "financial statements": ("facc", "funds:financial_statements", "", {}, 10),
    "statement of the books": ("facc", "funds:financial_statement_new", "", {}, 10),
    "financial statement": ("facc", "funds:financial_statement", "financial statement", {}, 15),
    "handovers": ("facc", "funds:handovers", "", {}, 12),
    "handover": ("facc", "funds:handover", "handover", {}, 14),
    "month": ("plan510402", "reconciliation:month", "", {}, 11),
    "differences": ("facc", "reconciliation:differences", "", {}, 10),
    "adjustments": ("facc", "reconciliation:adjustments", "", {}, 11),
    "batch checks": ("facc", "reconciliation:batch_checks", "", {}, 9),
    "statement": ("plan510402", "reconciliation:statement", "statement", {}, 12),
    "summary": ("facc", "reconciliation:summary", "", {}, 8),
    "grant": ("lead", "accounts:grant", "grant", {}, 8),
    "audit event": ("risk510400", "accounts:audit_event", "event", {}, 9),
    "source": ("plan510402", "payouts:source", "source", {}, 8),
    "unlocks": ("plan510402", "payouts:unlocks", "", {}, 8),
    "batch to make": ("facc", "payouts:batch_new", "", {}, 8),
    "batch to release": ("fcash", "payouts:batch_release", "confirmed", {}, 19),
    "form to receive": ("facc", "payouts:application_receive", "approved", {}, 8),
    "funds to ask for": ("facc", "payouts:funds_request_new", "", {}, 17),
    "reissue": ("facc", "payouts:reissue", "reissue", {}, 10),
    "bulk review": ("rev2510402", "payouts:bulk_review", "", {}, 11),
    "tax list": ("facc", "funds:tax_list", "tax list", {}, 11),
    "funds plan": ("facc", "funds:funds_plan", "funds plan", {}, 14),
    "bank statement": ("facc", "funds:bank_statement", "bank statement", {}, 14),
    "adjustment": ("facc", "reconciliation:adjustment", "adjustment", {}, 17),
    "investments": ("facc", "funds:investments", "", {}, 16),
    "investment": ("facc", "funds:investment", "investment", {}, 11),
}
OBJECTS = {
    "draft": "SELECT id FROM payouts_benefitcase WHERE state = 'DRAFT' AND organisation_id = %s",
    "review": (
        "SELECT id FROM payouts_benefitcase WHERE state = 'FIRST_REVIEW'"
        " AND paying_organisation_id = %s"
    ),
    "determined": (
        "SELECT case_id FROM payouts_entitlement WHERE months_paid > 0 AND organisation_id = %s"
    ),
    "claimant": (
        "SELECT claimant_id FROM payouts_entitlement WHERE months_paid > 0 AND organisation_id = %s"
    ),
    "comparison": "SELECT id FROM payouts_comparisonrun WHERE organisation_id = %s",
    "plan": "SELECT id FROM payouts_disbursementplan WHERE organisation_id = %s",
    "batch": "SELECT id FROM payouts_paymentbatch WHERE organisation_id = %s",
    "return": (
        "SELECT r.id FROM payouts_bankreturn AS r JOIN payouts_paymentbatch AS b"
        " ON b.id = r.batch_id WHERE b.organisation_id = %s"
    ),
    "period": "SELECT id FROM funds_period WHERE state = 'CLOSED' AND %s > 0",
    "voucher": "SELECT id FROM funds_voucher WHERE %s > 0",
    "grant": "SELECT id FROM accounts_postgrant WHERE organisation_id = %s",
    "event": "SELECT id FROM accounts_auditevent WHERE organisation_id = %s",
    "source": "SELECT id FROM payouts_sourceextract WHERE %s > 0",
    "confirmed": (
        "SELECT id FROM payouts_paymentbatch WHERE state = 'CONFIRMED' AND organisation_id = %s"
    ),
    "approved": (
        "SELECT p.id FROM payouts_disbursementplan AS p WHERE p.state = 'APPROVED' AND NOT EXISTS"
        " (SELECT FROM payouts_paymentapplication AS a WHERE a.plan_id = p.id)"
        " AND p.organisation_id <> %s"
    ),
    "reissue": "SELECT id FROM payouts_reissuerequest WHERE %s > 0",
    "tax list": "SELECT id FROM funds_taxincomelist WHERE %s > 0",
    "funds plan": "SELECT id FROM funds_fundsuseplan WHERE %s > 0",
    "bank statement": "SELECT id FROM funds_bankstatement WHERE %s > 0",
    "adjustment": "SELECT id FROM reconciliation_balanceadjustment WHERE %s > 0",
    "financial statement": "SELECT id FROM funds_financialstatement WHERE %s > 0",
    "handover": "SELECT id FROM funds_handover WHERE organisation_id = %s",
    "investment": "SELECT id FROM funds_investment WHERE state = 'MATURED' AND %s > 0",
    "statement": "SELECT id FROM reconciliation_officestatement WHERE organisation_id = %s",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory, django_db_setup, django_db_blocker):
    with (
        loaded_demo(tmp_path_factory, django_db_blocker),
        django_db_blocker.unblock(),
        override_settings(FRAME_SECONDS=3600),
    ):
        yield


@contextmanager
def pool_of(user):
    with tenant_transaction(Job(user.pool_id, "test")), connection.cursor() as cursor:
        yield cursor


def visit(screen):
    """Sign its reader in and return (browser, address)."""
    username, name, kind, parameters, _ = PAGES[screen]
    user = User.objects.get(username=username)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    arguments = []
    if kind:
        with pool_of(user) as cursor:
            cursor.execute("SELECT id FROM accounts_organisation WHERE code = %s", [OFFICE])
            office = cursor.fetchone()[0]
            cursor.execute(f"{OBJECTS[kind]} ORDER BY id LIMIT 1", [office])
            found = cursor.fetchone()
        assert found, f"the demo has a {kind}"
        arguments = [found[0]]
    return client, reverse(name, args=arguments), parameters


@pytest.mark.parametrize("screen", PAGES)
def test_a_page_sends_this_many_statements(screen, demo):
    client, address, parameters = visit(screen)
    assert client.get(address, parameters).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, parameters)
    assert answer.status_code == 200
    sent = [query["sql"] for query in queries]
    assert len(sent) == PAGES[screen][-1], "\n".join(sent)


def test_no_page_asks_the_same_twice(demo):
    """The reissues' tab counts what the list counts too when nothing narrows it."""
    repeated = {}
    for screen in set(PAGES) - {"reissues"}:
        client, address, parameters = visit(screen)
        client.get(address, parameters)
        with CaptureQueriesContext(connection) as queries:
            client.get(address, parameters)
        sent = [query["sql"] for query in queries]
        twice = {sql for sql in sent if sent.count(sql) > 1}
        if twice:
            repeated[screen] = [sql[-160:] for sql in twice]
    assert repeated == {}


def test_the_frame_is_counted_once_and_again_after_an_act(demo):
    client, address, _ = visit("waiting cases")

    def statements():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        return len(queries), answer.wsgi_request.actor

    _, actor = statements()
    warm, _ = statements()
    _forget(actor)
    cold, _ = statements()
    assert cold > warm
    assert statements()[0] == warm
    client.post(reverse("accounts:session_clock"))
    assert statements()[0] == cold, "an act may have changed what waits"


def test_a_form_that_is_refused_counts_nothing_anew(demo):
    client, _, _ = visit("new intake")
    address, mistake = reverse("payouts:intake_new"), {"identity_number": "1"}
    client.get(address)
    with CaptureQueriesContext(connection) as first:
        assert client.post(address, mistake).status_code == 422
    with CaptureQueriesContext(connection) as second:
        assert client.post(address, mistake).status_code == 422
    assert len(first) == len(second) <= PAGES["new intake"][-1] + 1
