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
               UNION ALL SELECT a.id, 'FUNDS_ALLOTMENT', p.book_id
               FROM funds_fundsallotment AS a JOIN funds_fundsuseplan AS p ON p.id = a.plan_id
               UNION ALL SELECT r.id, 'BANK_RETURN', b.book_id FROM payouts_bankreturn AS r
               JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
           ) AS s ON s.id = v.source_id AND s.kind = v.source_kind
           WHERE s.book_id <> v.book_id""",
    ),
    # By the lines posted before the subsidy, where the posting gate reads the balances.
    Invariant(
        "L20",
        "稳岗、扩岗、技能提升补贴只在上年结余够付规定月数时过账",
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
           WHERE v.state = 'POSTED' AND v.corrects_id IS NULL AND v.reverses_id IS NULL
             AND v.event <> 'E34' AND (
                 SELECT sum(l.debit - l.credit) FROM funds_voucherline AS l
                 JOIN funds_ledgeraccount AS a ON a.id = l.account_id
                 WHERE l.voucher_id = v.id AND left(a.code, 4) IN ('5104', '5105')) > 0
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
    # The pairs of the closed loop are written out here, apart from the rows the import reads.
    Invariant(
        "P14c",
        "对账单上没有许可流向的收付都已列为异常",
        """WITH lines AS (
               SELECT l.id, l.serial, k.id AS account_id, o.id AS counter_id,
                      l.debit + l.credit AS amount, o.book_id <> k.book_id AS is_of_two_books,
                      CASE WHEN l.debit > 0 THEN k.kind ELSE o.kind END AS from_place,
                      CASE WHEN l.debit > 0 THEN o.kind ELSE k.kind END AS to_place
               FROM funds_bankstatementline AS l
               JOIN funds_bankstatement AS s ON s.id = l.statement_id
               JOIN funds_bankaccount AS k ON k.id = s.bank_account_id
               JOIN funds_bankaccount AS o ON o.number_key = l.counter_key
                   AND o.state <> 'REFUSED'),
           red AS (
               SELECT * FROM lines WHERE NOT is_of_two_books
                 AND (from_place, to_place) NOT IN (('INCOME', 'FISCAL'),
                     ('FISCAL', 'EXPENDITURE'), ('EXPENDITURE', 'FISCAL'))),
           sides AS (
               SELECT least(account_id, counter_id) AS one, greatest(account_id, counter_id) AS two,
                      from_place, to_place, amount, account_id, count(*) AS moved
               FROM red GROUP BY 1, 2, 3, 4, 5, 6),
           pairs AS (
               SELECT one, two, from_place, to_place, amount, max(moved) AS moved
               FROM sides GROUP BY 1, 2, 3, 4, 5)
           SELECT format('accounts %s and %s', p.one, p.two) AS subject,
                  format('%s -> %s of %s: moved %s times, found %s', p.from_place, p.to_place,
                         p.amount, p.moved, count(f.id)) AS detail
           FROM pairs AS p LEFT JOIN funds_flowfinding AS f
               ON least(f.bank_account_id, f.counter_account_id) = p.one
               AND greatest(f.bank_account_id, f.counter_account_id) = p.two
               AND (f.from_place, f.to_place, f.amount) = (p.from_place, p.to_place, p.amount)
           GROUP BY p.one, p.two, p.from_place, p.to_place, p.amount, p.moved
           HAVING count(f.id) <> p.moved
           UNION ALL
           SELECT 'bank line ' || serial, 'moved between two books, not found'
           FROM lines AS l WHERE is_of_two_books AND NOT EXISTS (
               SELECT FROM funds_flowfinding WHERE statement_line_id = l.id)
           UNION ALL
           SELECT 'bank line ' || l.serial, 'moved between an account and the treasury, not found'
           FROM funds_bankstatementline AS l
           JOIN funds_bankstatement AS s ON s.id = l.statement_id
           JOIN funds_bankaccount AS k ON k.id = s.bank_account_id
           WHERE l.counterparty LIKE '国家金库%' AND NOT (k.kind = 'FISCAL' AND l.credit > 0)
             AND NOT EXISTS (SELECT FROM lines WHERE lines.id = l.id)
             AND NOT EXISTS (SELECT FROM funds_flowfinding WHERE statement_line_id = l.id)""",
    ),
    Invariant(
        "P14d",
        "特殊业务由三人签署，凭证与审批金额一致，月份不在未批准的异常之后结账",
        """SELECT 'finding ' || f.id AS subject,
                  format('approved by %s people', count(DISTINCT s.person_id)) AS detail
           FROM funds_flowfinding AS f
           LEFT JOIN accounts_signature AS s ON s.subject_kind = 'SPECIAL_BUSINESS'
               AND s.subject_id = f.id AND s.round = f.round AND s.decision = 'APPROVE'
               AND s.content_sha256 = f.content_sha256
               AND s.step IN ('APPLY', 'REVIEW', 'APPROVE')
           WHERE f.state = 'APPROVED'
           GROUP BY f.id HAVING count(DISTINCT s.person_id) <> 3
           UNION ALL
           SELECT 'finding ' || f.id, 'says another amount than its bank line'
           FROM funds_flowfinding AS f
           JOIN funds_bankstatementline AS l ON l.id = f.statement_line_id
           WHERE f.amount <> l.debit + l.credit
           UNION ALL
           SELECT 'voucher ' || v.id, 'special business without an approval of its amount'
           FROM funds_voucher AS v
           JOIN funds_voucherline AS l ON l.voucher_id = v.id
           LEFT JOIN funds_flowfinding AS f ON f.id = v.source_id AND f.state = 'APPROVED'
               AND v.source_kind = 'SPECIAL_BUSINESS'
           WHERE v.event = 'SPECIAL' AND v.state = 'POSTED'
           GROUP BY v.id, f.id, f.amount HAVING sum(l.debit) IS DISTINCT FROM f.amount
           UNION ALL
           SELECT 'period ' || p.id, 'closed over an open finding'
           FROM funds_period AS p JOIN funds_flowfinding AS f ON f.book_id = p.book_id
           WHERE p.state = 'CLOSED' AND f.state NOT IN ('APPROVED', 'EXPLAINED')
             AND f.found_at < p.closed_at
             AND f.value_date < p.month + interval '1 month'""",
    ),
    Invariant(
        "L29",
        "外部收付由许可业务的凭证说明，凭证金额够用且没有冲销",
        """WITH booked AS (
               SELECT v.id, v.book_id, v.state, e.from_place, e.to_place,
                      (SELECT sum(CASE WHEN e.to_place = 'OUTSIDE' THEN l.credit ELSE l.debit END)
                       FROM funds_voucherline AS l JOIN funds_ledgeraccount AS a
                           ON a.id = l.account_id AND left(a.code, 4) IN ('1002', '1004')
                       WHERE l.voucher_id = v.id) AS amount
               FROM funds_voucher AS v LEFT JOIN funds_flowedge AS e ON e.id = v.edge_id
               WHERE v.id IN (SELECT voucher_id FROM funds_flowfinding))
           SELECT 'finding ' || f.id AS subject,
                  format('explained by voucher %s: %s, %s to %s', b.id, b.state, b.from_place,
                         b.to_place) AS detail
           FROM funds_flowfinding AS f JOIN booked AS b ON b.id = f.voucher_id
           WHERE f.kind <> 'UNNAMED' OR f.book_id <> b.book_id OR b.state <> 'POSTED'
              OR (f.from_place, f.to_place) IS DISTINCT FROM (b.from_place, b.to_place)
           UNION ALL
           SELECT 'voucher ' || b.id,
                  format('books %s and explains %s', b.amount, sum(f.amount))
           FROM booked AS b JOIN funds_flowfinding AS f ON f.voucher_id = b.id
           GROUP BY b.id, b.amount HAVING sum(f.amount) > coalesce(b.amount, 0)
           UNION ALL
           SELECT 'period ' || p.id, 'closed over a movement whose voucher was reversed before'
           FROM funds_period AS p
           JOIN funds_flowfinding AS f ON f.book_id = p.book_id AND f.state = 'EXPLAINED'
               AND f.value_date >= p.month AND f.value_date < p.month + interval '1 month'
           JOIN funds_voucher AS r ON r.reverses_id = f.voucher_id AND r.state = 'POSTED'
               AND r.posted_at < p.closed_at
           WHERE p.state = 'CLOSED'""",
    ),
)
