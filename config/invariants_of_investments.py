"""Properties of term deposits and treasury bonds: register and ledger, people, interest."""

from config.invariants_query import Invariant

INVESTMENTS = (
    Invariant(
        "L16",
        "定期存款和国债登记簿与账面余额一致，移交接收的不超过期初余额",
        """WITH account AS (
               SELECT a.id, a.book_id, a.code,
                      CASE a.code WHEN '100302' THEN 'DEPOSIT' ELSE 'BOND' END AS kind
               FROM funds_ledgeraccount AS a WHERE a.code IN ('100302', '1201')
           ), ledger AS (
               SELECT l.account_id,
                      coalesce(sum(l.debit - l.credit) FILTER (WHERE v.event <> 'E35'), 0) AS moved,
                      coalesce(sum(l.debit - l.credit) FILTER (WHERE v.event = 'E35'), 0) AS opened
               FROM funds_voucherline AS l JOIN funds_voucher AS v ON v.id = l.voucher_id
               JOIN account AS a ON a.id = l.account_id
               WHERE v.state = 'POSTED' GROUP BY 1
           ), booked AS (
               SELECT i.book_id, i.kind, sum(CASE
                   WHEN e.kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT') THEN i.principal + i.fees
                   WHEN e.kind IN ('DEPOSIT_MATURED', 'BOND_REDEEMED') THEN -i.principal - i.fees
                   ELSE 0 END) AS moved
               FROM funds_fundsentry AS e JOIN funds_investment AS i ON i.id = e.investment_id
               JOIN funds_voucher AS v ON v.source_kind = 'FUNDS_ENTRY' AND v.source_id = e.id
                    AND v.state = 'POSTED'
               WHERE e.state = 'BOOKED' AND NOT EXISTS (
                   SELECT FROM funds_voucher AS r
                   WHERE r.reverses_id = v.id AND r.state = 'POSTED')
               GROUP BY 1, 2
           ), taken AS (
               SELECT book_id, kind, sum(principal + fees) AS brought FROM funds_investment
               WHERE is_taken_over AND state IN ('HELD', 'MATURED', 'EARLY') GROUP BY 1, 2
           )
           SELECT format('book %s, account %s', a.book_id, a.code) AS subject,
                  format('ledger moved %s, register %s, taken over %s of %s',
                         coalesce(l.moved, 0), coalesce(b.moved, 0), coalesce(t.brought, 0),
                         coalesce(l.opened, 0)) AS detail
           FROM account AS a LEFT JOIN ledger AS l ON l.account_id = a.id
           LEFT JOIN booked AS b ON b.book_id = a.book_id AND b.kind = a.kind
           LEFT JOIN taken AS t ON t.book_id = a.book_id AND t.kind = a.kind
           WHERE coalesce(l.moved, 0) <> coalesce(b.moved, 0)
              OR coalesce(t.brought, 0) > coalesce(l.opened, 0)""",
    ),
    Invariant(
        "L16b",
        "定期存款和国债两人签字，状态与登记单一致，利息差异有第二人说明",
        """SELECT 'investment ' || i.number AS subject, 'not signed by two' AS detail
           FROM funds_investment AS i
           WHERE i.state IN ('APPROVED', 'HELD', 'MATURED', 'EARLY', 'DROPPED') AND 2 <> (
               SELECT count(DISTINCT s.person_id) FROM accounts_signature AS s
               WHERE s.subject_id = i.id AND s.round = i.round AND s.decision = 'APPROVE'
                 AND s.content_sha256 = i.content_sha256 AND s.step IN ('PREPARE', 'APPROVE')
                 AND s.subject_kind = CASE i.kind WHEN 'DEPOSIT' THEN 'TERM_DEPOSIT'
                                                  ELSE 'TREASURY_BOND' END)
           UNION ALL
           SELECT 'investment ' || i.number, format('%s with %s purchases, %s redemptions',
                  i.state, e.bought, e.redeemed)
           FROM funds_investment AS i CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE kind IN ('DEPOSIT_PLACED', 'BOND_BOUGHT')) AS bought,
                      count(*) FILTER (WHERE kind IN ('DEPOSIT_MATURED', 'BOND_REDEEMED'))
                      AS redeemed
               FROM funds_fundsentry WHERE investment_id = i.id AND state <> 'WITHDRAWN') AS e
           WHERE (e.bought, e.redeemed) <> (
               CASE WHEN NOT i.is_taken_over AND i.state IN ('HELD', 'MATURED', 'EARLY')
                    THEN 1 ELSE 0 END,
               CASE WHEN i.state IN ('MATURED', 'EARLY') THEN 1 ELSE 0 END)
           UNION ALL
           SELECT 'entry ' || e.number, 'its interest differs and nobody explained it'
           FROM funds_fundsentry AS e
           WHERE e.state = 'BOOKED' AND e.expected_income IS NOT NULL
             AND abs(CASE e.kind WHEN 'BOND_INTEREST' THEN e.amount ELSE e.second_amount END
                     - e.expected_income) > e.interest_tolerance
             AND NOT EXISTS (
                 SELECT FROM accounts_signature AS s
                 WHERE s.subject_kind = 'FUNDS_ENTRY' AND s.subject_id = e.id
                   AND s.step = 'APPROVE' AND s.decision = 'APPROVE' AND s.opinion <> ''
                   AND s.person_id <> e.prepared_by_id)""",
    ),
)
