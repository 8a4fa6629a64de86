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
