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
           WHERE p.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'COVERED')
           GROUP BY p.id
           HAVING least(count(DISTINCT h.step), count(DISTINCT h.person_id)) < CASE p.state
               WHEN 'FINANCE' THEN 4 WHEN 'REQUESTED' THEN 5 WHEN 'ALLOTTED' THEN 5 ELSE 3 END""",
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
               OR p.state NOT IN ('REQUESTED', 'ALLOTTED', 'COVERED')""",
    ),
)
