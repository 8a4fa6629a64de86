"""What a superuser whose triggers are asleep does to each property, statement by statement."""

from tests.config.planted_closings import ALLOTTED, OF_CLOSINGS

POSTED = "(SELECT min(id) FROM funds_voucher WHERE state = 'POSTED' AND event = 'E09')"
ANOTHER_POSTED = "(SELECT max(id) FROM funds_voucher WHERE state = 'POSTED' AND pool_id = %(pool)s)"
PAID = "(SELECT min(id) FROM payouts_paymentinstruction WHERE state = 'SUCCESS')"
APPROVED = "(SELECT min(id) FROM payouts_disbursementplan WHERE state = 'APPROVED')"
DIFFERENCE = (
    "INSERT INTO reconciliation_difference (pool_id, run_id, kind, subject, key, left_amount,"
    " right_amount, owner_id, since_date, due_date, explanation, state)"
    " SELECT pool_id, id, 'D2', '批次', 'planted', 1, 2, (SELECT min(id) FROM accounts_user),"
    " '2026-11-01', '2026-11-30', '', 'OPEN' FROM reconciliation_reconciliationrun"
    " WHERE pool_id = %(pool)s LIMIT 1"
)
IN_FORCE = "(SELECT min(id) FROM funds_budget WHERE state = 'APPROVED' AND pool_id = %(pool)s)"
OF_IN_FORCE = f"subject_kind = 'BUDGET' AND subject_id = {IN_FORCE}"
OF_ALLOTTED = f"subject_kind = 'FUNDS_PLAN' AND subject_id = {ALLOTTED}"
LINE = f"(SELECT min(id) FROM payouts_disbursementplanline WHERE plan_id = {APPROVED})"


def account(code: str) -> str:
    """Return the expression of a ledger account of the pool's unemployment book."""
    return (
        "(SELECT a.id FROM funds_ledgeraccount AS a JOIN funds_book AS b ON b.id = a.book_id"
        f" WHERE b.kind = 'UNEMPLOYMENT' AND a.code = '{code}' AND a.pool_id = %(pool)s)"
    )


def as_event(verb: str, after: str, person: str = "(SELECT min(id) FROM accounts_user)") -> str:
    """Return the statement that turns the first event of the trail into another."""
    return (
        f"UPDATE accounts_auditevent SET verb = '{verb}', after = '{after}', person_id = {person}"
        " WHERE id = (SELECT min(id) FROM accounts_auditevent)"
    )


# Property -> what a superuser with the triggers asleep does to it; each of several ways by itself.
PLANTED: dict[str, str | tuple[str, ...]] = {
    **OF_CLOSINGS,
    "L23": (
        (
            "ALTER TABLE funds_fundsuseplan DROP CONSTRAINT funds_plan_allotment_within_plan,"
            " DROP CONSTRAINT funds_plan_allotted_in_full;"
            f"UPDATE funds_fundsuseplan SET approved_amount = 1 WHERE id = {ALLOTTED}"
        ),
        (
            "ALTER TABLE funds_fundsuseplan DROP CONSTRAINT funds_plan_approved_within_asked,"
            " DROP CONSTRAINT funds_plan_allotted_in_full;"
            "UPDATE funds_fundsuseplan SET approved_amount = total_amount + 1"
            f" WHERE id = {ALLOTTED}"
        ),
        f"UPDATE funds_fundsallotment SET amount = amount + 1 WHERE plan_id = {ALLOTTED}",
        (
            "ALTER TABLE funds_fundsuseplan DROP CONSTRAINT funds_plan_asks_need_less_means;"
            "UPDATE funds_fundsuseplan SET balance_amount = balance_amount + 1"
            f" WHERE id = {ALLOTTED}"
        ),
        f"UPDATE funds_fundsuseplanline SET amount = amount + 1 WHERE plan_id = {ALLOTTED}",
        (
            "UPDATE funds_voucherline SET debit = debit + 1 WHERE debit > 0 AND voucher_id ="
            " (SELECT min(id) FROM funds_voucher WHERE source_kind = 'FUNDS_ALLOTMENT'"
            " AND state = 'POSTED' AND pool_id = %(pool)s)"
        ),
    ),
    "W16": (
        f"DELETE FROM accounts_signature WHERE {OF_ALLOTTED} AND step = 'PRINCIPAL'",
        (
            "UPDATE accounts_outsidedecision SET recorded_by_id = (SELECT person_id"
            f" FROM accounts_signature WHERE {OF_ALLOTTED} AND step = 'PREPARE')"
            f" WHERE {OF_ALLOTTED} AND step = 'FINANCE'"
        ),
        f"DELETE FROM accounts_outsidedecision WHERE {OF_ALLOTTED} AND step = 'HR'",
        f"UPDATE accounts_outsidedecision SET evidence_id = NULL WHERE {OF_ALLOTTED}",
    ),
    "L24": (
        (
            "UPDATE funds_budgetline SET amount = amount + 1 WHERE line = 'I03'"
            f" AND budget_id = {IN_FORCE}"
        ),
        (
            "ALTER TABLE funds_budgetline DROP CONSTRAINT budget_line_is_its_formula;"
            f"UPDATE funds_budgetline SET quantity = quantity + 1 WHERE line = 'I01'"
            f" AND budget_id = {IN_FORCE}"
        ),
        f"UPDATE funds_budgettarget SET amount = amount + 1 WHERE budget_id = {IN_FORCE}",
        f"DELETE FROM funds_budgetassumption WHERE budget_id = {IN_FORCE}",
    ),
    "L25": (
        "UPDATE funds_budget SET approved_at = '2020-01-01'"
        f" WHERE id = {IN_FORCE};"
        "ALTER TABLE funds_budgetline DROP CONSTRAINT budget_line_is_its_formula;"
        f"UPDATE funds_budgetline SET amount = 0 WHERE line = 'O011' AND budget_id = {IN_FORCE}"
    ),
    "W17": (
        f"DELETE FROM accounts_signature WHERE {OF_IN_FORCE} AND step = 'PRINCIPAL'",
        f"DELETE FROM funds_budgetconfirmation WHERE budget_id = {IN_FORCE}",
        (
            "UPDATE accounts_outsidedecision SET evidence_id = NULL"
            f" WHERE {OF_IN_FORCE} AND step = 'HR'"
        ),
        (
            "UPDATE accounts_outsidedecision SET decided_date = decided_date - 1"
            f" WHERE {OF_IN_FORCE} AND step = 'GOVERNMENT'"
        ),
        (
            "UPDATE funds_budgetconfirmation AS c SET confirmed_by_id = o.recorded_by_id"
            " FROM accounts_outsidedecision AS o WHERE o.id = c.decision_id"
            f" AND c.budget_id = {IN_FORCE}"
        ),
    ),
    "W19": (
        "UPDATE accounts_parameter SET value = '\"1.00\"' WHERE change_id IS NOT NULL",
        "DELETE FROM accounts_signature WHERE subject_kind = 'PARAMETER' AND step = 'DECIDE'",
        (
            "UPDATE accounts_signature SET content_sha256 = repeat('0', 64)"
            " WHERE subject_kind = 'PARAMETER' AND step = 'DECIDE'"
        ),
        (
            "INSERT INTO accounts_parameter (pool_id, code, region_code, value, valid_from, source)"
            " VALUES (%(pool)s, 'large_plan', '', '\"1.00\"', '2030-01-01', '无')"
        ),
        "UPDATE accounts_signature SET signed_at = '2031-01-01' WHERE subject_kind = 'PARAMETER'",
    ),
    "P21": (
        "INSERT INTO payouts_bankanswer (pool_id, batch_id, was_taken, receipt, reference,"
        " answered_on, note, letter_id, state, recorded_by_id, recorded_at) SELECT b.pool_id, b.id,"
        " false, '', '无', '2026-11-01', '无', (SELECT min(id) FROM accounts_document),"
        " 'APPROVED', (SELECT min(id) FROM accounts_user), now() FROM payouts_paymentbatch AS b"
        " WHERE b.pool_id = %(pool)s LIMIT 1"
    ),
    "W18": "UPDATE accounts_organisation SET onboarding = 'TESTING'",
    "P20": (
        f"UPDATE funds_fundsuseplanline SET amount = amount + 99999999 WHERE plan_id = {ALLOTTED}",
        (
            "UPDATE funds_fundsuseplan SET state = 'RETURNED', approved_amount = NULL,"
            f" allotted_amount = 0, allotted_date = NULL WHERE id = {ALLOTTED}"
        ),
    ),
    "L01": "UPDATE funds_voucherline SET debit = debit + 1 WHERE id = (SELECT min(id)"
    f" FROM funds_voucherline WHERE debit > 0 AND voucher_id = {POSTED})",
    "L02": "UPDATE funds_accountbalance SET debit = debit + 1"
    " WHERE id = (SELECT min(id) FROM funds_accountbalance)",
    "L03": "UPDATE funds_accountbalance SET credit = credit + 1"
    " WHERE id = (SELECT min(id) FROM funds_accountbalance)",
    "L04": (
        f"UPDATE funds_voucher SET reverses_id = {POSTED} WHERE id = {ANOTHER_POSTED}",
        (
            f"UPDATE funds_voucher SET reverses_id = {POSTED} WHERE id = {ANOTHER_POSTED};"
            f"UPDATE funds_voucher SET state = 'VOIDED', number = NULL, posted_at = NULL"
            f" WHERE id = {POSTED}"
        ),
    ),
    "L05": f"UPDATE funds_voucher SET number = number + 100 WHERE id = {POSTED}",
    "L06": "UPDATE funds_voucher SET posted_at = p.closed_at + interval '1 day'"
    " FROM funds_period AS p WHERE p.id = period_id AND p.state = 'CLOSED' AND number = 1",
    "L07": "ALTER TABLE payouts_bankreturnline DROP CONSTRAINT return_line_amount_above_zero;"
    "UPDATE payouts_bankreturnline SET amount = 'NaN'"
    " WHERE id = (SELECT min(id) FROM payouts_bankreturnline)",
    "L08": f"UPDATE funds_voucher SET source_id = NULL WHERE id = {POSTED}",
    "L09": "DELETE FROM accounts_signature"
    f" WHERE subject_kind = 'VOUCHER' AND step = 'CHECK' AND subject_id = {POSTED}",
    "L20": "UPDATE accounts_parameter SET value = '\"999999\"' WHERE code = 'policy_gate_months';"
    f"UPDATE funds_voucherline SET account_id = {account('5104')}"
    f" WHERE debit > 0 AND voucher_id = {ANOTHER_POSTED};"
    "UPDATE funds_voucher SET voucher_date = voucher_date + interval '1 year', posted_at = now()"
    f" WHERE id = {ANOTHER_POSTED}",
    "L26": (
        (
            "UPDATE funds_gapsheet SET gap = 7, pool_share = 6, expenditure = income + 7,"
            " rolled_balance = 7, is_covered = true"
        ),
        (
            "UPDATE funds_gapsheet SET gap = 7, pool_share = 6, expenditure = income + 7,"
            " rolled_balance = 7, is_covered = true;"
            "UPDATE funds_gapshare SET of_rest = 1"
            " WHERE id IN (SELECT min(id) FROM funds_gapshare GROUP BY sheet_id)"
        ),
        "UPDATE funds_gapsheet SET income = income + 1",
        "UPDATE funds_gapshare SET income = income + 1, target = 0, expenditure = 0",
        "DELETE FROM accounts_signature WHERE subject_kind = 'GAP_SHARE' AND step = 'APPROVE'",
    ),
    "L27": (
        "UPDATE funds_reserveentry SET balance = balance + 1 WHERE position = 1",
        "UPDATE funds_reserveentry SET position = position + 10 WHERE state = 'APPROVED'",
        "UPDATE funds_reserveentry SET amount = amount + 1 WHERE kind = 'ALLOCATION'",
        (
            "ALTER TABLE funds_reserveentry DROP CONSTRAINT reserve_of_office_closed_to_zero;"
            "UPDATE funds_reserveentry SET handed_over = handed_over + 1"
        ),
        "DELETE FROM accounts_signature WHERE subject_kind = 'RESERVE' AND step = 'APPROVE'",
    ),
    "L11": (
        (
            "UPDATE funds_accountbalance SET credit = credit + 99999999"
            " WHERE id = (SELECT min(id) FROM funds_accountbalance"
            f" WHERE account_id = {account('1004')})"
        ),
        # Money that is on its way although the books hold it no more.
        (
            "UPDATE payouts_paymentbatch SET state = 'RELEASED', total_amount = 9999999999,"
            " bank_total = 9999999999"
            " WHERE is_leaf AND id = (SELECT min(id) FROM payouts_paymentbatch WHERE is_leaf)"
        ),
        (
            "UPDATE payouts_bankreturn SET success_total = 9999999999;"
            "UPDATE funds_voucher SET source_id = NULL WHERE source_kind = 'BANK_RETURN'"
        ),
    ),
    "P01": f"UPDATE payouts_paymentinstruction SET attempt = 2 WHERE id = {PAID}",
    "P02": "DELETE FROM accounts_signature WHERE subject_kind = 'BATCH' AND step = 'RELEASE'",
    "P02b": (
        (
            "UPDATE payouts_benefitcase SET applied_date = applied_date - 1"
            " WHERE id = (SELECT min(case_id) FROM payouts_entitlement)"
        ),
        (f"UPDATE payouts_disbursementplanline SET position = position + 900000 WHERE id = {LINE}"),
        f"UPDATE payouts_paymentinstruction SET payee_name = '他人' WHERE id = {PAID}",
        f"UPDATE funds_voucher SET summary = '改过的摘要' WHERE id = {POSTED}",
        (
            "UPDATE funds_voucherline SET batch_number = 'B9' WHERE id = (SELECT min(id)"
            f" FROM funds_voucherline WHERE voucher_id = {POSTED})"
        ),
    ),
    "P03": f"DELETE FROM payouts_paymentinstruction WHERE id = {PAID}",
    "P04": f"UPDATE payouts_bankreturnline SET is_success = false WHERE instruction_id = {PAID}",
    "P06": "UPDATE accounts_document SET sha256 = repeat('0', 64)"
    " WHERE id = (SELECT min(document_id) FROM payouts_bankfile)",
    "P06b": (
        (
            "UPDATE accounts_document SET content_cipher = (SELECT content_cipher FROM"
            " accounts_document WHERE id = (SELECT max(document_id) FROM payouts_bankfile"
            " WHERE pool_id = %(pool)s)) WHERE id = (SELECT min(document_id) FROM payouts_bankfile"
            " WHERE pool_id = %(pool)s)"
        ),
        (
            "UPDATE accounts_document SET content_cipher = 'v1:AES-256-GCM:1:damaged'::bytea"
            " WHERE id = (SELECT min(document_id) FROM payouts_bankfile)"
        ),
    ),
    "P07": (
        (
            "UPDATE payouts_disbursementplanline SET benefit_month = '2001-01-01'"
            " WHERE id = (SELECT min(id) FROM payouts_disbursementplanline)"
        ),
        (
            "DROP INDEX plan_line_once_per_person_item_month;"
            "UPDATE payouts_disbursementplanline SET person_key = repeat('1', 64)"
        ),
    ),
    "P07b": (
        "DROP INDEX plan_line_once_per_person_item_month",
        # Unique within a city only: then each city is in order, and both pay the same person.
        (
            "DROP INDEX plan_line_once_per_person_item_month;"
            "CREATE UNIQUE INDEX plan_line_once_per_person_item_month"
            " ON payouts_disbursementplanline (pool_id, person_key, item_code, benefit_month)"
            " WHERE is_live"
        ),
    ),
    "P08": "UPDATE payouts_paymentinstruction SET payee_account_id = (SELECT min(id) + 1"
    f" FROM payouts_payeeaccount) WHERE id = {PAID}",
    "P09": f"UPDATE payouts_disbursementplan SET needs_principal = true WHERE id = {APPROVED}",
    "P10": "UPDATE payouts_entitlement SET months_paid = 0 WHERE months_paid > 0",
    "P10b": (
        f"UPDATE payouts_disbursementplanline SET amount = amount + 0.01 WHERE id = {LINE}",
        # One cent to the one and from the other: every total stays as it was.
        (
            f"UPDATE payouts_disbursementplanline SET amount = amount + 0.01 WHERE id = {LINE};"
            "UPDATE payouts_disbursementplanline SET amount = amount - 0.01"
            " WHERE id = (SELECT max(id)"
            f" FROM payouts_disbursementplanline WHERE plan_id = {APPROVED})"
        ),
    ),
    "P11": "UPDATE payouts_comparisonresult SET state = 'EXCEPTION', reasons = '{RETIRED}'"
    " WHERE id = (SELECT min(comparison_result_id) FROM payouts_disbursementplanline)",
    "P12": "UPDATE payouts_bankreturn SET success_total = success_total + 1",
    "P12b": f"UPDATE funds_voucher SET event = 'E14' WHERE id = {POSTED}",
    "R01": "UPDATE payouts_bankreturn SET success_total = success_total + 1",
    "R02": (
        "UPDATE funds_bankstatement SET closing_balance = closing_balance + 1",
        "UPDATE funds_bankstatementline SET serial = 'S1'",
    ),
    "R03": "DELETE FROM accounts_signature WHERE subject_kind = 'STATEMENT' AND step = 'SIGN'",
    "R04": (
        (
            "ALTER TABLE reconciliation_difference DROP CONSTRAINT"
            " difference_closed_by_a_second_person;"
            f"{DIFFERENCE}; UPDATE reconciliation_difference SET state = 'CLOSED',"
            " explanation = '原因', explained_by_id = owner_id, closed_by_id = owner_id,"
            " closed_at = since_date"
        ),
        f"{DIFFERENCE}; UPDATE reconciliation_difference SET owner_id = NULL",
        f"{DIFFERENCE}; UPDATE reconciliation_difference SET due_date = since_date - 1",
    ),
    "W01": "UPDATE accounts_signature AS p SET person_id = c.person_id"
    " FROM accounts_signature AS c JOIN payouts_entitlement AS e ON e.case_id = c.subject_id"
    " JOIN payouts_disbursementplanline AS l ON l.entitlement_id = e.id"
    " WHERE p.subject_kind = 'PLAN' AND p.step = 'OFFICE' AND p.subject_id = l.plan_id"
    " AND c.subject_kind = 'CASE' AND c.step = 'ACCEPT'",
    "W02": "UPDATE accounts_postgrant AS g SET user_id = o.user_id FROM accounts_postgrant AS o"
    " WHERE g.post_id = 'FACC' AND o.post_id = 'FCASH' AND g.pool_id = o.pool_id",
    "W03": "UPDATE accounts_user AS u SET person_key = p.person_key FROM accounts_signature AS s"
    " JOIN payouts_benefitcase AS c ON c.id = s.subject_id"
    " JOIN payouts_claimant AS p ON p.id = c.claimant_id"
    " WHERE s.subject_kind = 'CASE' AND u.id = s.person_id",
    "W05": "DELETE FROM accounts_signature WHERE subject_kind = 'CASE' AND step = 'RE_REVIEW'",
    "W06": f"UPDATE payouts_disbursementplan SET line_count = line_count + 1 WHERE id = {APPROVED}",
    "W09": "UPDATE accounts_signature SET signed_at = '2001-01-01 00:00+08'"
    " WHERE id = (SELECT min(id) FROM accounts_signature)",
    "W10": "UPDATE accounts_postgrant SET is_founding = false WHERE state = 'EFFECTIVE'",
    "W11": "UPDATE payouts_benefitcase SET review_depth = 2"
    " WHERE id = (SELECT min(id) FROM payouts_benefitcase)",
    "T02": "ALTER TABLE accounts_notice NO FORCE ROW LEVEL SECURITY",
    "T04": "UPDATE payouts_entitlement SET person_key = repeat('0', 64)"
    " WHERE id = (SELECT min(id) FROM payouts_entitlement)",
    "X06": "UPDATE accounts_outboxevent SET sent_at = NULL, created_at = '2001-01-01 00:00+08'",
    "X09": "UPDATE accounts_job SET state = 'RUNNING', finished_at = NULL,"
    " lease_until = '2001-01-01 00:00+08'",
    "L10b": "UPDATE payouts_benefititem SET book_kind = 'SKILL_ACTION' WHERE code = 'B01'",
    "L10": "UPDATE funds_bankaccount SET book_id = book_id + 1000",
    "L12": "UPDATE funds_voucherline SET batch_number = 'B',"
    f" account_id = {account('110101')} WHERE debit > 0 AND voucher_id = {POSTED};"
    f"UPDATE funds_voucher SET voucher_date = '2001-01-01' WHERE id = {POSTED}",
    "L13": "UPDATE reconciliation_officestatementline SET ledger_amount = ledger_amount + 1",
    "L13b": "UPDATE funds_financialstatementcell SET amount = amount + 0.01 WHERE id = (SELECT"
    " min(c.id) FROM funds_financialstatementcell AS c JOIN funds_financialstatement AS s"
    " ON s.id = c.statement_id WHERE s.state = 'FINAL')",
    "L13c": "DELETE FROM accounts_signature"
    " WHERE subject_kind = 'FINANCIAL_STATEMENT' AND step = 'APPROVE'",
    "L15": "UPDATE funds_handoverbalance SET debit = debit + 1 WHERE debit > 0",
    "P14c": (
        "DELETE FROM funds_flowfinding WHERE state = 'OPEN' AND pool_id = %(pool)s",
        (
            "UPDATE funds_bankstatementline SET credit = credit + 1 WHERE pool_id = %(pool)s"
            " AND id IN (SELECT statement_line_id FROM funds_flowfinding) AND credit > 0"
        ),
        (
            "DROP INDEX bank_account_one_active_per_kind;"
            "UPDATE funds_bankaccount SET book_id = (SELECT id FROM funds_book WHERE kind ="
            " 'SKILL_ACTION' AND pool_id = %(pool)s) WHERE id = (SELECT min(bank_account_id)"
            " FROM funds_flowfinding WHERE pool_id = %(pool)s)"
        ),
        (
            "UPDATE funds_bankstatementline SET counterparty = '国家金库攀枝花市中心支库',"
            " counter_key = '' WHERE debit > 0 AND statement_id IN (SELECT s.id"
            " FROM funds_bankstatement AS s JOIN funds_bankaccount AS k"
            " ON k.id = s.bank_account_id WHERE k.kind = 'INCOME')"
        ),
    ),
    "P14d": (
        (
            "DELETE FROM accounts_signature WHERE subject_kind = 'SPECIAL_BUSINESS'"
            " AND step = 'REVIEW'"
        ),
        "UPDATE funds_flowfinding SET amount = amount + 1",
        f"UPDATE funds_voucher SET event = 'SPECIAL' WHERE id = {POSTED}",
        (
            "UPDATE funds_flowfinding SET value_date = '2001-01-01',"
            " found_at = '2001-01-01 00:00+08' WHERE state = 'OPEN'"
        ),
    ),
    "L29": (
        f"UPDATE funds_flowfinding SET state = 'EXPLAINED', voucher_id = {POSTED}",
        (
            "UPDATE funds_flowfinding SET kind = 'UNNAMED', from_place = 'EXPENDITURE',"
            " to_place = 'OUTSIDE', amount = 9999999999, state = 'EXPLAINED',"
            f" voucher_id = {POSTED} WHERE state = 'OPEN'"
        ),
        (
            "UPDATE funds_flowfinding SET kind = 'UNNAMED', from_place = 'EXPENDITURE',"
            " to_place = 'OUTSIDE', amount = 0.01, state = 'EXPLAINED',"
            f" voucher_id = {POSTED}, value_date = (SELECT voucher_date FROM funds_voucher"
            f" WHERE id = {POSTED}) WHERE id = (SELECT min(id) FROM funds_flowfinding);"
            f"UPDATE funds_voucher SET reverses_id = {POSTED}, posted_at = '2001-01-01 00:00+08'"
            f" WHERE id = {ANOTHER_POSTED}"
        ),
    ),
    "L16": (
        "UPDATE funds_investment SET principal = principal + 1 WHERE state = 'HELD'",
        "UPDATE funds_fundsentry SET state = 'WITHDRAWN' WHERE kind = 'DEPOSIT_MATURED'",
        "UPDATE funds_investment SET is_taken_over = true WHERE state = 'HELD'",
    ),
    "L16b": (
        "DELETE FROM accounts_signature WHERE subject_kind = 'TERM_DEPOSIT' AND step = 'APPROVE'",
        "UPDATE funds_investment SET state = 'MATURED' WHERE state = 'HELD'",
        "UPDATE funds_fundsentry SET expected_income = 0 WHERE kind = 'DEPOSIT_MATURED'",
    ),
    "L18": (
        "UPDATE funds_fundsentry SET amount = amount + 1 WHERE kind = 'ADVANCE_PAID'",
        "UPDATE funds_fundsentry SET amount = amount + 1 WHERE kind = 'RECEIPT_IDENTIFIED'",
        (
            "UPDATE funds_accountbalance SET debit = debit + 1 WHERE id = (SELECT min(id)"
            f" FROM funds_accountbalance WHERE account_id = {account('110102')})"
        ),
    ),
    "L14": "UPDATE reconciliation_officestatement SET state = 'DRAFT', signed_at = NULL",
    "L21": (
        "UPDATE funds_period SET state = 'OPEN', closed_at = NULL WHERE state = 'CLOSED'",
        "DELETE FROM accounts_signature WHERE subject_kind = 'PERIOD' AND step = 'CLOSE'",
        (
            "UPDATE funds_period SET month = '2040-01-01'"
            " WHERE id = (SELECT min(id) FROM funds_period WHERE state = 'CLOSED')"
        ),
    ),
    "L22": "UPDATE funds_period SET month = '2019-12-01' WHERE id = (SELECT min(p.id)"
    " FROM funds_period AS p JOIN funds_book AS b ON b.id = p.book_id"
    " WHERE p.state = 'CLOSED' AND b.kind = 'UNEMPLOYMENT' AND p.last_number > 0)",
    "P05": "DELETE FROM accounts_signature WHERE subject_kind = 'REISSUE' AND step = 'APPROVE'",
    "P13": (
        (
            "UPDATE funds_bankstatementline SET summary = '手续费', debit = debit + 0.01"
            " WHERE debit > 0; UPDATE funds_bankstatement SET imported_at = '2001-01-01 00:00+08'"
        ),
        "UPDATE funds_bankstatementline SET debit = debit + 99999999 WHERE debit > 0",
    ),
    "P14": f"UPDATE funds_voucher SET edge_id = NULL WHERE id = {POSTED}",
    "P14b": "UPDATE payouts_paymentbatch SET bank_account_id = (SELECT min(id)"
    " FROM funds_bankaccount WHERE kind = 'FISCAL' AND pool_id = %(pool)s)"
    " WHERE pool_id = %(pool)s",
    "P15": (
        "UPDATE payouts_paymentbatch SET epoch = 0",
        (
            "INSERT INTO payouts_bankmessage (pool_id, batch_id, call, outcome, at) SELECT pool_id,"
            " batch_id, call, outcome, at FROM payouts_bankmessage WHERE outcome LIKE '银行已受理%'"
        ),
    ),
    "P16": (
        (
            "INSERT INTO accounts_statetransition (table_name, from_state, to_state)"
            " VALUES ('payouts_paymentinstruction', 'SUCCESS', 'SENT')"
        ),
        "UPDATE payouts_paymentbatch SET state = 'SENT' WHERE state = 'RETURNED'",
        f"UPDATE payouts_paymentinstruction SET state = 'SENT' WHERE id = {PAID}",
        "UPDATE payouts_benefitcase SET state = 'RETURNED' WHERE state = 'DETERMINED'",
        (
            "ALTER TABLE funds_voucher DROP CONSTRAINT voucher_posted_has_number_and_instant;"
            f"UPDATE funds_voucher SET state = 'BOOKING' WHERE id = {POSTED}"
        ),
    ),
    "P17": "UPDATE payouts_paymentbatch SET state = 'REJECTED' WHERE state = 'RETURNED'",
    "P18": f"UPDATE payouts_paymentinstruction SET state = 'SENT' WHERE id = {PAID}",
    "P19": "ALTER TABLE reconciliation_balanceadjustment DROP CONSTRAINT"
    " adjustment_checked_only_when_equal; UPDATE reconciliation_balanceadjustment"
    " SET state = 'CHECKED', bank_adjusted = ledger_adjusted + 1",
    "P19b": "UPDATE reconciliation_balanceadjustment AS a SET bank_account_id = ("
    " SELECT min(k.id) FROM funds_bankaccount AS own JOIN funds_bankaccount AS k"
    " ON k.book_id = own.book_id AND k.kind <> own.kind WHERE own.id = a.bank_account_id)"
    " WHERE id = (SELECT min(id) FROM reconciliation_balanceadjustment)",
    "W04": "ALTER TABLE payouts_paymentbatch DISABLE TRIGGER USER",
    "W08": "UPDATE accounts_signature SET post_id = 'SYS' WHERE subject_kind = 'CASE'",
    "T05": "ALTER FUNCTION current_pool() SECURITY DEFINER",
    "A03": "GRANT UPDATE ON accounts_auditevent TO fund_app",
    "A04": (
        as_event("payouts.claimant.revealed", '{"what": "证件号"}'),
        as_event("reconciliation.statement.exported", "{}"),
        as_event("accounts.list.exported", '{"filters": "全部"}'),
        as_event("accounts.document.downloaded", '{"sha256": "none"}'),
        as_event("payouts.claimant.revealed", '{"what": "证件号", "reason": "核对"}', "NULL"),
    ),
    "A01": "UPDATE accounts_auditevent SET subject_label = '改过的名称'"
    " WHERE id = (SELECT min(id) FROM accounts_auditevent)",
    "A02": "DELETE FROM accounts_auditevent WHERE verb = 'payouts.batch.released'",
    "A05": (
        (
            """UPDATE accounts_auditevent SET after = '{"number": "51040219900307803X"}'"""
            " WHERE id = (SELECT min(id) FROM accounts_auditevent)"
        ),
        (
            "UPDATE accounts_notice SET text = '账号6228480402564890018有误'"
            " WHERE id = (SELECT min(id) FROM accounts_notice)"
        ),
        (
            """UPDATE accounts_job SET arguments = '{"text": "510402199003078031"}'"""
            " WHERE id = (SELECT min(id) FROM accounts_job)"
        ),
        (
            """UPDATE accounts_outboxevent SET arguments = '{"text": "510402199003078031"}'"""
            " WHERE id = (SELECT min(id) FROM accounts_outboxevent)"
        ),
    ),
    "A06": (
        (
            "DELETE FROM accounts_dutyholding WHERE permission_id = (SELECT id FROM auth_permission"
            " WHERE codename = 'duty_batch_release')"
        ),
        (
            "UPDATE accounts_dutyholding SET permission_id = (SELECT id FROM auth_permission"
            " WHERE codename = 'duty_audit_read') WHERE permission_id = (SELECT id FROM"
            " auth_permission WHERE codename = 'duty_batch_release')"
        ),
    ),
    "D02": (
        (
            "UPDATE payouts_claimant SET identity_cipher = regexp_replace(identity_cipher,"
            " '^(v1:[^:]+):[^:]+:', '\\1:99:')"
        ),
        (
            "UPDATE payouts_payeeaccount SET number_cipher = (SELECT min(identity_cipher)"
            " FROM payouts_claimant)"
        ),
    ),
    "T01": "ALTER TABLE payouts_claimant DISABLE ROW LEVEL SECURITY",
    "T03": "ALTER POLICY same_pool ON payouts_claimant"
    " USING (pool_id = (SELECT current_pool()) OR (SELECT current_pool()) IS NULL)",
    "T07": "UPDATE accounts_dutyholding SET content_object_id = (SELECT id FROM"
    " accounts_organisation WHERE level = 'CITY' AND pool_id = %(pool)s) WHERE group_id ="
    " (SELECT min(g.id) FROM auth_group AS g JOIN accounts_organisation AS o ON"
    " o.id::text = split_part(g.name, '/', 1) WHERE o.level = 'COUNTY' AND o.pool_id = %(pool)s)"
    " AND permission_id = (SELECT id FROM auth_permission WHERE codename = 'duty_case_read')",
    "W07": "GRANT UPDATE ON accounts_parameter TO fund_app",
    "W13": (
        (
            "UPDATE payouts_benefitcase SET monthly_amount = monthly_amount + 1"
            " WHERE id = (SELECT min(case_id) FROM payouts_entitlement)"
        ),
        (
            "UPDATE payouts_benefitcase SET contributed_months = contributed_months + 60"
            " WHERE id = (SELECT min(case_id) FROM payouts_entitlement)"
        ),
    ),
    "W14": (
        (
            "UPDATE accounts_auditevent SET person_id = NULL, job = 'payouts.tasks.build_plan'"
            " WHERE verb = 'payouts.plan.signed'"
        ),
        (
            "UPDATE accounts_auditevent SET person_id = NULL, job = ''"
            " WHERE id = (SELECT min(id) FROM accounts_auditevent)"
        ),
    ),
    "X03": (
        """UPDATE accounts_outboxevent SET arguments = '{"job_id": 0}'""",
        "DELETE FROM accounts_outboxevent",
        (
            "UPDATE accounts_auditevent SET verb = 'payouts.plan.built',"
            " subject_kind = 'payouts.disbursementplan', subject_id = 1"
        ),
    ),
    "X04": "DROP INDEX job_once_per_key; UPDATE accounts_job SET kind = 'k', key = 'k',"
    " state = 'DONE', finished_at = created_at",
    "X10": "UPDATE payouts_disbursementplan SET state = 'BUILDING'",
    "X11": (
        "UPDATE accounts_job SET state = 'STOPPED', finished_at = created_at",
        (
            "UPDATE accounts_job SET state = 'STOPPED', finished_at = created_at,"
            " is_stoppable = true WHERE requested_by_id IS NOT NULL;"
            "INSERT INTO accounts_jobstop (pool_id, job_id, asked_by_id, asked_at)"
            " SELECT pool_id, id, 0, created_at FROM accounts_job WHERE state = 'STOPPED'"
        ),
    ),
    "R05": (
        (
            "UPDATE payouts_paymentbatch SET state = 'SENT', sent_at = '2001-01-01 00:00+08';"
            "DELETE FROM accounts_notice"
        ),
        # A week ago, with every day since a working day.
        (
            "UPDATE payouts_paymentbatch SET state = 'SENT', sent_at = clock_timestamp()"
            " - interval '7 days'; DELETE FROM accounts_notice; UPDATE accounts_workyear SET days ="
            " ARRAY(SELECT generate_series(CURRENT_DATE - 9, CURRENT_DATE, '1 day')::date)"
        ),
    ),
    "C01": (
        (
            "UPDATE payouts_entitlement SET state = 'PAYING', months_paid = 0, months_granted = 9,"
            " person_key = repeat('1', 64)"
        ),
        (
            "DROP INDEX plan_line_once_per_person_item_month;"
            "UPDATE payouts_disbursementplanline SET person_key = repeat('1', 64)"
        ),
    ),
    "C05": "UPDATE payouts_entitlement SET state = 'STOPPED'",
    "R06": "UPDATE payouts_paymentbatch SET state = 'SENT'",
    "W15": "UPDATE accounts_signature AS b SET person_id = c.person_id"
    " FROM accounts_signature AS c JOIN payouts_entitlement AS e ON e.case_id = c.subject_id"
    " JOIN payouts_disbursementplanline AS l ON l.entitlement_id = e.id"
    " JOIN payouts_batchplan AS p ON p.plan_id = l.plan_id"
    " WHERE b.subject_kind = 'BATCH' AND b.step = 'RELEASE' AND b.subject_id = p.batch_id"
    " AND c.subject_kind = 'CASE' AND c.step = 'ACCEPT'",
    "C02": "ALTER TABLE payouts_entitlement DROP CONSTRAINT"
    " entitlement_paid_within_planned_within_granted; UPDATE payouts_entitlement SET"
    " months_planned = 0 WHERE months_paid > 0",
}


def ways_of(invariant_id: str) -> tuple[str, ...]:
    """Return the ways in which a property is broken."""
    ways = PLANTED.get(invariant_id, ())
    return (ways,) if isinstance(ways, str) else ways
