"""Properties of the books and of what is kept for them: accounts, seals, bills, keys."""

from config.invariants_query import Invariant

BOOKS = (
    Invariant(
        "L10b",
        "业务项目、用款计划、余额调节表和凭证来源不跨账套",
        """SELECT 'batch ' || b.number AS subject, 'of an item of another book' AS detail
           FROM payouts_paymentbatch AS b JOIN payouts_benefititem AS i ON i.id = b.item_id
           JOIN funds_book AS k ON k.id = b.book_id WHERE k.kind <> i.book_kind
           UNION ALL
           SELECT 'funds plan ' || p.number, 'asks for an item of another book'
           FROM funds_fundsuseplanline AS l JOIN funds_fundsuseplan AS p ON p.id = l.plan_id
           JOIN funds_book AS k ON k.id = p.book_id
           JOIN payouts_benefititem AS i ON i.code = l.item_code WHERE k.kind <> i.book_kind
           UNION ALL
           SELECT 'adjustment ' || j.id, 'of a bank account of another book'
           FROM reconciliation_balanceadjustment AS j
           JOIN reconciliation_reconciliationrun AS r ON r.id = j.run_id
           JOIN funds_bankaccount AS a ON a.id = j.bank_account_id WHERE a.book_id <> r.book_id
           UNION ALL
           SELECT 'balance ' || b.id, 'account and period are of two books'
           FROM funds_accountbalance AS b JOIN funds_period AS p ON p.id = b.period_id
           JOIN funds_ledgeraccount AS a ON a.id = b.account_id WHERE a.book_id <> p.book_id
           UNION ALL
           SELECT 'voucher ' || v.id, 'its source is of another book'
           FROM funds_voucher AS v JOIN (
               SELECT id, 'TAX_INCOME_LIST' AS kind, book_id FROM funds_taxincomelist
               UNION ALL SELECT id, 'TREASURY_TRANSFER', book_id FROM funds_taxincomelist
               UNION ALL SELECT id, 'FUNDS_USE_PLAN', book_id FROM funds_fundsuseplan
               UNION ALL SELECT r.id, 'BANK_RETURN', b.book_id FROM payouts_bankreturn AS r
               JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
           ) AS s ON s.id = v.source_id AND s.kind = v.source_kind
           WHERE s.book_id <> v.book_id""",
    ),
    # By the lines posted before the subsidy, where the posting gate reads the balances.
    Invariant(
        "L20",
        "稳岗、技能提升补贴只在上年结余够付规定月数时过账",
        """SELECT 'voucher ' || v.id AS subject,
                  format('balance %s after a year that spent %s', y.balance, y.spent) AS detail
           FROM funds_voucher AS v CROSS JOIN LATERAL (
               SELECT sum(l.credit - l.debit) AS balance,
                      sum(l.debit - l.credit) FILTER (
                          WHERE left(a.code, 1) = '5'
                          AND 'E34' NOT IN (w.event, coalesce(r.event, ''))
                          AND w.voucher_date
                              >= date_trunc('year', v.voucher_date) - interval '1 year'
                      ) AS spent
               FROM funds_voucher AS w JOIN funds_voucherline AS l ON l.voucher_id = w.id
               JOIN funds_ledgeraccount AS a ON a.id = l.account_id
               LEFT JOIN funds_voucher AS r ON r.id = w.reverses_id
               WHERE w.book_id = v.book_id AND w.state = 'POSTED' AND w.posted_at <= v.posted_at
                 AND w.voucher_date < date_trunc('year', v.voucher_date)
                 AND (left(a.code, 1) IN ('4', '5') OR left(a.code, 4) = '3001')) AS y
           WHERE v.state = 'POSTED' AND v.event IN ('E16', 'E17') AND v.corrects_id IS NULL
             AND y.spent > 0 AND y.balance * 12 < y.spent * coalesce((payouts_value_in_force(
                 v.pool_id, 'policy_gate_months', '', v.voucher_date) #>> '{}')::numeric, 12)""",
    ),
    # Reckoned from the register's amounts, not from the lines the ageing table is made of; what no
    # entry booked (batches, handovers, corrections by hand) counts with its lines.
    Invariant(
        "L18",
        "暂付款、暂收款的未清款项合计等于科目余额",
        """WITH entries AS (
               SELECT coalesce(o.account_id, a.account_id) AS account_id, e.amount * CASE
                          WHEN e.clears_id IS NULL THEN 1 ELSE -1 END AS amount
               FROM funds_fundsentry AS e
               JOIN funds_voucher AS v ON v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.id
                   AND v.state = 'POSTED'
               CROSS JOIN LATERAL (
                   SELECT max(k.id) AS account_id FROM funds_ledgeraccount AS k
                   WHERE k.book_id = e.book_id AND k.code = CASE e.kind
                       WHEN 'UNKNOWN_RECEIPT' THEN '200102'
                       WHEN 'ADVANCE_PAID' THEN e.account_code END) AS a
               LEFT JOIN LATERAL (
                   SELECT k.id AS account_id FROM funds_fundsentry AS c
                   JOIN funds_ledgeraccount AS k ON k.book_id = c.book_id AND k.code = CASE c.kind
                       WHEN 'UNKNOWN_RECEIPT' THEN '200102'
                       WHEN 'ADVANCE_PAID' THEN c.account_code END
                   WHERE c.id = e.clears_id) AS o ON true
               WHERE NOT EXISTS (SELECT FROM funds_voucher AS r
                                 WHERE r.reverses_id = v.id AND r.state = 'POSTED')),
           others AS (
               SELECT a.id AS account_id, CASE a.normal_side WHEN 'DEBIT' THEN l.debit - l.credit
                          ELSE l.credit - l.debit END AS amount
               FROM funds_ledgeraccount AS a
               JOIN funds_voucherline AS l ON l.account_id = a.id
               JOIN funds_voucher AS v ON v.id = l.voucher_id AND v.state = 'POSTED'
               LEFT JOIN funds_voucher AS o ON o.id = v.reverses_id
               WHERE left(a.code, 4) IN ('1101', '2001')
                 AND 'FUNDS_ENTRY' NOT IN (v.source_kind, coalesce(o.source_kind, ''))),
           open AS (
               SELECT account_id, sum(amount) AS amount
               FROM (SELECT * FROM entries UNION ALL SELECT * FROM others) AS every
               WHERE account_id IS NOT NULL GROUP BY account_id),
           stored AS (
               SELECT a.id AS account_id, sum(CASE a.normal_side WHEN 'DEBIT'
                          THEN b.debit - b.credit ELSE b.credit - b.debit END) AS amount
               FROM funds_ledgeraccount AS a JOIN funds_accountbalance AS b ON b.account_id = a.id
               WHERE left(a.code, 4) IN ('1101', '2001') GROUP BY a.id)
           SELECT 'account ' || account_id AS subject,
                  format('open items %s, balance %s', open.amount, stored.amount) AS detail
           FROM open FULL JOIN stored USING (account_id)
           WHERE coalesce(open.amount, 0) <> coalesce(stored.amount, 0)""",
    ),
)
