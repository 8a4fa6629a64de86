"""Properties of what two people sign: policy values, onboarding states, the bank's letters."""

from config.invariants_query import Invariant

POLICIES = (
    Invariant(
        "W19",
        "设立之后的政策参数与两人签署的变更申请一致，自核准次日起生效",
        """WITH signed AS (
               SELECT c.*, a.content_sha256 = d.content_sha256
                           AND a.person_id <> d.person_id AS by_two,
                      (d.signed_at AT TIME ZONE 'Asia/Shanghai')::date AS approved_on
               FROM accounts_parameterchange AS c
               LEFT JOIN accounts_signature AS a ON a.subject_kind = 'PARAMETER'
                   AND a.subject_id = c.id AND a.step = 'APPLY' AND a.decision = 'APPROVE'
               LEFT JOIN accounts_signature AS d ON d.subject_kind = 'PARAMETER'
                   AND d.subject_id = c.id AND d.step = 'DECIDE' AND d.decision = 'APPROVE'
               WHERE c.state = 'APPROVED'
           )
           SELECT 'change ' || id AS subject, 'not signed by two people' AS detail
           FROM signed WHERE by_two IS NOT TRUE
           UNION ALL
           SELECT 'change ' || s.id, 'approved and not what is in force'
           FROM signed AS s LEFT JOIN accounts_parameter AS p ON p.change_id = s.id
           WHERE s.organisation_id IS NULL AND (
               (p.code, p.region_code, p.value, p.valid_from, p.valid_until, p.source)
               IS DISTINCT FROM
               (s.code, s.region_code, s.value, s.valid_from, s.valid_until, s.source)
               OR p.valid_from <= s.approved_on)
           UNION ALL
           SELECT 'parameter ' || p.id, format('%s has no approved application', p.code)
           FROM accounts_parameter AS p
           WHERE (p.change_id IS NOT NULL AND p.change_id NOT IN (SELECT id FROM signed))
              OR (p.change_id IS NULL AND p.id > (
                  SELECT min(id) FROM accounts_parameter WHERE change_id IS NOT NULL))""",
    ),
    Invariant(
        "W18",
        "机构上线状态等于最近一次核准的变更",
        """SELECT 'office ' || o.code AS subject,
                  format('%s, signed %s', o.onboarding, c.value #>> '{}') AS detail
           FROM accounts_organisation AS o
           JOIN LATERAL (SELECT value FROM accounts_parameterchange
                         WHERE organisation_id = o.id AND state = 'APPROVED'
                         ORDER BY id DESC LIMIT 1) AS c ON true
           WHERE c.value #>> '{}' <> o.onboarding""",
    ),
    Invariant(
        "P21",
        "凭银行书面答复办结的批次由两人签署，批次状态与答复一致",
        """SELECT 'bank answer ' || a.id AS subject,
                  format('batch %s is %s', b.number, b.state) AS detail
           FROM payouts_bankanswer AS a JOIN payouts_paymentbatch AS b ON b.id = a.batch_id
           WHERE a.state = 'APPROVED' AND (
               (a.was_taken AND b.state NOT IN ('SENT', 'RETURNED'))
               OR (NOT a.was_taken AND b.state <> 'REJECTED')
               OR 2 > (SELECT count(DISTINCT person_id) FROM accounts_signature
                       WHERE subject_kind = 'BANK_ANSWER' AND subject_id = a.id
                         AND decision = 'APPROVE' AND step IN ('APPLY', 'DECIDE')))""",
    ),
)
