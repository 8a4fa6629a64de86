"""Properties of how the books begin and how their months end."""

from config.invariants_query import Invariant

OPENINGS = (
    Invariant(
        "L15",
        "期初凭证只来自四人签署的基金移交书，金额与移交余额一致",
        """WITH opening AS (
               SELECT id, source_id FROM funds_voucher WHERE state = 'POSTED' AND event = 'E35'),
           booked AS (
               SELECT o.source_id, l.account_id, sum(l.debit - l.credit) AS amount
               FROM opening AS o JOIN funds_voucherline AS l ON l.voucher_id = o.id
               GROUP BY o.source_id, l.account_id),
           handed AS (
               SELECT handover_id AS source_id, account_id, sum(debit - credit) AS amount
               FROM funds_handoverbalance
               WHERE is_live AND handover_id IN (SELECT source_id FROM opening)
               GROUP BY handover_id, account_id)
           SELECT format('handover %s, account %s', source_id, account_id) AS subject,
                  format('handed over %s, booked %s', handed.amount, booked.amount) AS detail
           FROM handed FULL JOIN booked USING (source_id, account_id)
           WHERE handed.amount IS DISTINCT FROM booked.amount
           UNION ALL
           SELECT 'voucher ' || o.id, 'opens the books without a signed handover'
           FROM opening AS o WHERE NOT EXISTS (
               SELECT FROM funds_handover AS h
               WHERE h.id = o.source_id AND h.state = 'COMPLETE' AND 4 = (
                   SELECT count(DISTINCT s.person_id) FROM accounts_signature AS s
                   WHERE s.subject_kind = 'HANDOVER' AND s.subject_id = h.id
                     AND s.round = h.round AND s.decision = 'APPROVE'
                     AND s.content_sha256 = h.content_sha256))""",
    ),
)

CLOSINGS = (
    Invariant(
        "L21",
        "月份结账、反结账都由申请人和批准人两人签署，月份状态与最近一次办结的申请一致",
        """WITH done AS (
               SELECT DISTINCT ON (period_id) period_id, kind FROM funds_periodrequest
               WHERE state = 'DONE' ORDER BY period_id, id DESC)
           SELECT 'period ' || p.id AS subject,
                  format('%s, last done: %s', p.state, coalesce(d.kind, 'nothing')) AS detail
           FROM funds_period AS p LEFT JOIN done AS d ON d.period_id = p.id
           WHERE (p.state = 'CLOSED') <> (coalesce(d.kind, 'REOPEN') = 'CLOSE')
           UNION ALL
           SELECT 'period request ' || r.id, 'done without two signatures'
           FROM funds_periodrequest AS r
           WHERE r.state = 'DONE' AND NOT r.is_earlier AND 2 <> (
               SELECT count(DISTINCT s.person_id) FROM accounts_signature AS s
               WHERE s.subject_kind = 'PERIOD' AND s.subject_id = r.id AND s.round = r.round
                 AND s.decision = 'APPROVE' AND s.content_sha256 = r.content_sha256
                 AND s.step = ANY (CASE r.kind WHEN 'CLOSE' THEN ARRAY['PREPARE', 'CLOSE']
                                               ELSE ARRAY['APPLY', 'REOPEN'] END))
           UNION ALL
           SELECT 'period ' || later.id, 'closed while an earlier month is open'
           FROM funds_period AS later JOIN funds_period AS earlier
             ON earlier.book_id = later.book_id AND earlier.month < later.month
           WHERE later.state = 'CLOSED' AND earlier.state = 'OPEN'""",
    ),
    Invariant(
        "L22",
        "12月结账后收入、支出科目余额为零",
        """SELECT format('period %s, account %s', p.id, a.code) AS subject,
                  format('%s is left', sum(b.debit - b.credit)) AS detail
           FROM funds_period AS p
           JOIN funds_period AS q ON q.book_id = p.book_id AND q.month <= p.month
           JOIN funds_accountbalance AS b ON b.period_id = q.id
           JOIN funds_ledgeraccount AS a ON a.id = b.account_id
           WHERE p.state = 'CLOSED' AND extract(month FROM p.month) = 12
             AND left(a.code, 1) IN ('4', '5')
           GROUP BY p.id, a.code HAVING sum(b.debit) <> sum(b.credit)""",
    ),
)
