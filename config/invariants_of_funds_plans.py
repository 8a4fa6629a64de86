"""Properties of the funds-use plans: amounts, hands, and what is paid against them."""

from config.invariants_query import Invariant

FUNDS_PLANS = (
    Invariant(
        "L23",
        "用款计划拨付不超过核准、核准不超过申请，申请等于到期支付加备付减可用余额",
        """SELECT 'funds plan ' || p.number AS subject,
                  format('asked %s, approved %s, allotted %s of %s', p.total_amount,
                         p.approved_amount, p.allotted_amount, a.total) AS detail
           FROM funds_fundsuseplan AS p
           CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total
                               FROM funds_fundsallotment WHERE plan_id = p.id) AS a
           WHERE a.total <> p.allotted_amount OR a.total > coalesce(p.approved_amount, 0)
              OR p.approved_amount > p.total_amount
           UNION ALL
           SELECT 'funds plan ' || p.number, 'what is asked is not need less means'
           FROM funds_fundsuseplan AS p
           WHERE p.total_amount <> greatest(0, p.payments_amount + p.reserve_amount
                     - p.balance_amount - p.expected_amount + p.promised_amount)
              OR p.reserve_amount <> round(p.average_paid_amount * p.reserve_months, 2)
              OR p.payments_amount <> (SELECT sum(amount) FROM funds_fundsuseplanline
                                       WHERE plan_id = p.id)
           UNION ALL
           SELECT 'voucher ' || v.id, 'books another sum than was allotted'
           FROM funds_voucher AS v LEFT JOIN funds_fundsallotment AS a ON a.id = v.source_id
           WHERE v.source_kind = 'FUNDS_ALLOTMENT' AND v.state = 'POSTED'
             AND v.corrects_id IS NULL AND a.amount IS DISTINCT FROM (
                 SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = v.id)""",
    ),
    Invariant(
        "W16",
        "用款计划由编制、财务负责人、主要领导和两份批复的登记人五个不同的人办理",
        """WITH hand AS (
               SELECT subject_id AS plan_id, round, step, person_id, content_sha256
               FROM accounts_signature
               WHERE subject_kind = 'FUNDS_PLAN' AND decision = 'APPROVE'
               UNION ALL
               SELECT subject_id, round, step, recorded_by_id, content_sha256
               FROM accounts_outsidedecision
               WHERE subject_kind = 'FUNDS_PLAN' AND decision = 'APPROVE'
                 AND evidence_id IS NOT NULL)
           SELECT 'funds plan ' || p.number AS subject,
                  format('%s steps by %s people', count(DISTINCT h.step),
                         count(DISTINCT h.person_id)) AS detail
           FROM funds_fundsuseplan AS p
           LEFT JOIN hand AS h ON h.plan_id = p.id AND h.round = p.round
               AND h.content_sha256 = p.content_sha256
           WHERE p.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')
           GROUP BY p.id
           HAVING least(count(DISTINCT h.step), count(DISTINCT h.person_id)) < CASE p.state
               WHEN 'FINANCE' THEN 4 WHEN 'REQUESTED' THEN 5 WHEN 'ALLOTTED' THEN 5
               WHEN 'CLOSED' THEN 5 ELSE 3 END""",
    ),
    Invariant(
        "P20",
        "已支付的批次不超过其用款计划的可用余额与已拨付金额之和",
        """SELECT 'funds plan ' || p.number AS subject,
                  format('paid %s, left %s, allotted %s', sum(l.amount), p.available_amount,
                         p.allotted_amount) AS detail
           FROM funds_fundsuseplan AS p
           JOIN funds_fundsuseplanline AS l ON l.plan_id = p.id AND l.is_live
           JOIN payouts_batchplan AS bp ON bp.plan_id = l.source_id AND bp.is_live
           JOIN payouts_paymentbatch AS b ON b.id = bp.batch_id
           WHERE b.released_at IS NOT NULL AND b.state NOT IN ('REJECTED', 'WITHDRAWN')
           GROUP BY p.id
           HAVING sum(l.amount) > greatest(p.available_amount, 0) + p.allotted_amount
               OR p.state NOT IN ('REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')""",
    ),
    Invariant(
        "L28",
        "已结束拨付的用款计划按批准时的金额结束，其后不再拨付，有效明细不超过可用余额与已拨付之和",
        """SELECT 'funds plan ' || p.number AS subject,
                  format('ended at %s of %s, says %s of %s, allotted %s, %s of it later',
                         c.allotted_amount, c.approved_amount, p.allotted_amount,
                         p.approved_amount, a.total, a.late) AS detail
           FROM funds_fundsuseplan AS p
           JOIN funds_fundsplanclosing AS c ON c.plan_id = p.id AND c.state = 'APPROVED'
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount), 0) AS total,
                      count(*) FILTER (WHERE recorded_at > c.decided_at) AS late
               FROM funds_fundsallotment WHERE plan_id = p.id) AS a
           WHERE (c.approved_amount, c.allotted_amount, a.total, a.late)
                 IS DISTINCT FROM (p.approved_amount, p.allotted_amount, c.allotted_amount, 0)
           UNION ALL
           SELECT 'funds plan ' || p.number,
                  format('live %s, left %s, allotted %s, %s lines lost',
                         sum(l.amount) FILTER (WHERE l.is_live), p.available_amount,
                         p.allotted_amount,
                         count(*) FILTER (WHERE NOT l.is_live AND NOT l.is_short))
           FROM funds_fundsuseplan AS p JOIN funds_fundsuseplanline AS l ON l.plan_id = p.id
           WHERE p.state = 'CLOSED'
           GROUP BY p.id
           HAVING sum(l.amount) FILTER (WHERE l.is_live)
                  > greatest(p.available_amount, 0) + p.allotted_amount
               OR NOT bool_and(l.is_live OR l.is_short)""",
    ),
    Invariant(
        "W20",
        "结束拨付凭财政局批复之后的来文申请，由申请人以外的人审批；用款计划结束当且仅当申请获批准",
        """WITH hand AS (
               SELECT c.id, s.step, s.person_id, s.decision
               FROM funds_fundsplanclosing AS c
               JOIN accounts_signature AS s ON s.subject_kind = 'FUNDS_PLAN_CLOSING'
                   AND s.subject_id = c.id AND s.round = 1
                   AND s.content_sha256 = c.content_sha256)
           SELECT 'funds plan closing ' || c.id AS subject,
                  format('%s, decided by %s', c.state, d.person_id) AS detail
           FROM funds_fundsplanclosing AS c
           LEFT JOIN hand AS a ON a.id = c.id AND a.step = 'APPLY' AND a.decision = 'APPROVE'
           LEFT JOIN hand AS d ON d.id = c.id AND d.step = 'DECIDE'
           WHERE a.person_id IS DISTINCT FROM c.requested_by_id OR d.person_id = a.person_id
              OR d.decision IS DISTINCT FROM CASE c.state
                  WHEN 'APPROVED' THEN 'APPROVE' WHEN 'REFUSED' THEN 'REFUSE' END
           UNION ALL
           SELECT 'funds plan closing ' || c.id, 'its letter is older than the approval it ends'
           FROM funds_fundsplanclosing AS c
           JOIN funds_fundsuseplan AS p ON p.id = c.plan_id
           JOIN accounts_outsidedecision AS o ON o.subject_kind = 'FUNDS_PLAN'
               AND o.subject_id = p.id AND o.round = p.round AND o.step = 'FINANCE'
           WHERE c.letter_date < o.decided_date
           UNION ALL
           SELECT 'funds plan ' || p.number, format('%s, ended %s times', p.state, c.ends)
           FROM funds_fundsuseplan AS p
           CROSS JOIN LATERAL (SELECT count(*) AS ends FROM funds_fundsplanclosing
                               WHERE plan_id = p.id AND state = 'APPROVED') AS c
           WHERE c.ends <> (p.state = 'CLOSED')::int""",
    ),
)
