"""Properties of what was reconciled: with the books, with the bank, with the offices."""

from config.invariants_query import Invariant

RECONCILIATION = (
    Invariant(
        "R01",
        "各机构各项目的支付成功金额等于账上支出",
        """WITH booked AS (
               SELECT l.organisation_id, l.item_code, sum(l.debit - l.credit) AS amount
               FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
               JOIN funds_ledgeraccount AS a ON a.id = l.account_id AND a.code LIKE '5%'
               WHERE v.state = 'POSTED' AND v.source_kind = 'BANK_RETURN'
               GROUP BY l.organisation_id, l.item_code),
           paid AS (
               SELECT b.organisation_id, t.code AS item_code, sum(r.success_total) AS amount
               FROM payouts_bankreturn AS r
               JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
               JOIN payouts_benefititem AS t ON t.id = b.item_id
               WHERE r.state = 'APPLIED' AND EXISTS (
                   SELECT FROM funds_voucher AS v WHERE v.source_kind = 'BANK_RETURN'
                   AND v.source_id = r.id AND v.state = 'POSTED')
               GROUP BY b.organisation_id, t.code)
           SELECT format('office %s, item %s', organisation_id, item_code) AS subject,
                  format('paid %s, booked %s', paid.amount, booked.amount) AS detail
           FROM paid FULL JOIN booked USING (organisation_id, item_code)
           WHERE coalesce(paid.amount, 0) <> coalesce(booked.amount, 0)""",
    ),
    Invariant(
        "R02",
        "银行对账单连续：期初加减发生等于期末，日期和余额与下一份相接，流水号不重复",
        """SELECT 'bank statement ' || s.id AS subject,
                  format('opening %s, closing %s', s.opening_balance, s.closing_balance) AS detail
           FROM funds_bankstatement AS s
           LEFT JOIN funds_bankstatementline AS l ON l.statement_id = s.id
           GROUP BY s.id
           HAVING s.opening_balance + coalesce(sum(l.credit - l.debit), 0) <> s.closing_balance
               OR count(l.id) <> s.line_count
           UNION ALL
           SELECT 'bank statement ' || id, 'does not follow on the one before' FROM (
               SELECT id, opening_balance, from_date,
                      lag(closing_balance) OVER account AS before,
                      lag(until_date) OVER account AS day
               FROM funds_bankstatement
               WINDOW account AS (PARTITION BY bank_account_id ORDER BY from_date)) AS chained
           WHERE before <> opening_balance OR from_date <> day + 1
           UNION ALL
           SELECT 'bank serial ' || l.serial, format('booked %s times', count(*))
           FROM funds_bankstatementline AS l JOIN funds_bankstatement AS s ON s.id = l.statement_id
           WHERE l.serial <> '' GROUP BY s.bank_account_id, l.serial HAVING count(*) > 1""",
    ),
    Invariant(
        "R03",
        "已签字的对账明细表由制表人和负责人两人签署，合计等于明细",
        """SELECT 'statement ' || s.id AS subject, 'unsigned, or lines differ from totals' AS detail
           FROM reconciliation_officestatement AS s
           WHERE s.state IN ('SIGNED', 'CONFIRMED') AND (
               NOT is_signed('STATEMENT', s.id, s.round, s.content_sha256,
                             ARRAY['PREPARE', 'SIGN'])
               OR (s.business_count::bigint, s.business_amount, s.ledger_count::bigint,
                   s.ledger_amount)
                  IS DISTINCT FROM (
                   SELECT (coalesce(sum(business_count), 0), coalesce(sum(business_amount), 0),
                           coalesce(sum(ledger_count), 0), coalesce(sum(ledger_amount), 0))
                   FROM reconciliation_officestatementline WHERE statement_id = s.id))""",
    ),
    Invariant(
        "R04",
        "每项差异都有责任人、类型、期限；销号须有原因并由第二人办理",
        """SELECT 'difference ' || id AS subject, CASE
                  WHEN owner_id IS NULL THEN 'has no owner'
                  WHEN kind NOT IN ('D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8')
                      THEN 'has no type'
                  WHEN due_date < since_date THEN 'was due before it arose'
                  ELSE 'closed without a reason, or by the person who explained it' END AS detail
           FROM reconciliation_difference
           WHERE owner_id IS NULL OR due_date < since_date
              OR kind NOT IN ('D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8')
              OR (state = 'CLOSED' AND (closed_by_id IS NULL OR explained_by_id IS NULL
                  OR explanation = '' OR closed_at IS NULL OR closed_by_id = explained_by_id))""",
    ),
)
