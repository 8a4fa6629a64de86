"""Properties of who did what, of tenancy, and of background work."""

from config.invariants_query import Invariant

WORKFLOW = (
    Invariant(
        "W01",
        "同一事项同一轮次一人只办一个环节；计划、批次的签署人未办理其下层事项",
        """SELECT subject_kind || ' ' || subject_id AS subject,
                  format('person %s signed %s steps', person_id, count(*)) AS detail
           FROM accounts_signature GROUP BY subject_kind, subject_id, round, person_id
           HAVING count(*) > 1
           UNION ALL
           SELECT DISTINCT 'PLAN ' || l.plan_id, format('person %s signed case %s', s.person_id,
                                                        e.case_id)
           FROM accounts_signature AS s
           JOIN payouts_disbursementplanline AS l ON l.plan_id = s.subject_id AND l.is_live
           JOIN payouts_entitlement AS e ON e.id = l.entitlement_id
           JOIN accounts_signature AS c ON c.subject_kind = 'CASE' AND c.subject_id = e.case_id
               AND c.person_id = s.person_id
           WHERE s.subject_kind = 'PLAN'
           UNION ALL
           SELECT 'BATCH ' || s.subject_id, format('person %s signed plan %s', s.person_id,
                                                   b.plan_id)
           FROM accounts_signature AS s
           JOIN payouts_batchplan AS b ON b.batch_id = s.subject_id
           JOIN accounts_signature AS p ON p.subject_kind = 'PLAN' AND p.subject_id = b.plan_id
               AND p.person_id = s.person_id
           WHERE s.subject_kind = 'BATCH'""",
    ),
    Invariant(
        "W02",
        "无人同时担任不相容岗位",
        """SELECT 'user ' || a.user_id AS subject, a.post_id || ' × ' || b.post_id AS detail
           FROM accounts_postgrant AS a
           JOIN accounts_postgrant AS b ON b.user_id = a.user_id AND b.id > a.id
               AND daterange(a.valid_from, a.valid_until, '[]')
                   && daterange(b.valid_from, b.valid_until, '[]')
           JOIN accounts_incompatibleposts AS i ON i.kind = 'NEVER_BOTH'
               AND i.first_id = least(a.post_id COLLATE "C", b.post_id COLLATE "C")
               AND i.second_id = greatest(a.post_id COLLATE "C", b.post_id COLLATE "C")
           WHERE a.state = 'EFFECTIVE' AND b.state = 'EFFECTIVE'""",
    ),
    Invariant(
        "W03",
        "无人办理本人的业务",
        """SELECT 'case ' || c.number AS subject, 'signed by its beneficiary' AS detail
           FROM accounts_user AS u
           JOIN payouts_claimant AS p ON p.person_key = u.person_key
           JOIN payouts_benefitcase AS c ON c.claimant_id = p.id
           JOIN accounts_signature AS s ON s.subject_kind = 'CASE' AND s.subject_id = c.id
               AND s.person_id = u.id
           WHERE u.person_key <> ''""",
    ),
    Invariant(
        "W05",
        "已核定的案件由规定环节的不同的人签署同一内容",
        """SELECT 'case ' || c.number AS subject,
                  format('%s steps by %s people', count(s.id), count(DISTINCT s.person_id))
                      AS detail
           FROM payouts_benefitcase AS c
           LEFT JOIN accounts_signature AS s ON s.subject_kind = 'CASE' AND s.subject_id = c.id
               AND s.round = c.round AND s.decision = 'APPROVE'
               AND s.content_sha256 = c.content_sha256
               AND s.step IN ('ACCEPT', 'FIRST_REVIEW', 'RE_REVIEW', 'APPROVE')
           WHERE c.state = 'DETERMINED' GROUP BY c.id
           HAVING count(s.id) < c.review_depth + 1 OR count(DISTINCT s.person_id) <> count(s.id)""",
    ),
    Invariant(
        "W06",
        "已签批的计划由各级签字，签字覆盖现有内容，合计等于明细",
        """SELECT 'plan ' || p.number AS subject, 'signatures or totals do not fit' AS detail
           FROM payouts_disbursementplan AS p
           WHERE p.state = 'APPROVED' AND (
               NOT is_signed('PLAN', p.id, p.round, p.content_sha256,
                             ARRAY['PREPARE', 'OFFICE', 'DEPARTMENT', 'LEADER'])
               OR (p.line_count::bigint, p.total_amount) IS DISTINCT FROM (
                   SELECT (count(*), sum(amount)) FROM payouts_disbursementplanline
                   WHERE plan_id = p.id AND is_live))""",
    ),
    Invariant(
        "W09",
        "每个签署都在签署人岗位任期内",
        """SELECT s.subject_kind || ' ' || s.subject_id AS subject,
                  format('person %s without post %s', s.person_id, s.post_id) AS detail
           FROM accounts_signature AS s
           WHERE NOT EXISTS (
               SELECT FROM accounts_postgrant AS g
               WHERE g.user_id = s.person_id AND g.post_id = s.post_id
                 AND g.state IN ('EFFECTIVE', 'REVOKED', 'EXPIRED')
                 AND (s.signed_at AT TIME ZONE 'Asia/Shanghai')::date
                     BETWEEN g.valid_from AND coalesce(g.valid_until, 'infinity'::date))""",
    ),
    Invariant(
        "W10",
        "每项生效的岗位授权经申请、审核、核准三人签署",
        """SELECT 'grant ' || g.id AS subject, 'not signed by three people' AS detail
           FROM accounts_postgrant AS g
           WHERE g.state = 'EFFECTIVE' AND NOT g.is_founding AND 3 > (
               SELECT count(DISTINCT person_id) FROM accounts_signature
               WHERE subject_kind = 'GRANT' AND subject_id = g.id AND decision = 'APPROVE'
                 AND step IN ('APPLY', 'REVIEW', 'APPROVE'))
           UNION ALL
           SELECT 'grant ' || g.id, 'founding grant applied for after the founding'
           FROM accounts_postgrant AS g JOIN accounts_pool AS p ON p.id = g.pool_id
           WHERE g.is_founding AND g.applied_at > p.founded_at + interval '1 day'""",
    ),
    Invariant(
        "W11",
        "审核级次不低于业务项目的规定",
        """SELECT 'case ' || c.number AS subject,
                  format('depth %s, item %s', c.review_depth, rule.depth) AS detail
           FROM payouts_benefitcase AS c JOIN payouts_benefititem AS i ON i.id = c.item_id
           CROSS JOIN LATERAL (SELECT coalesce((payouts_value_in_force(
               c.pool_id, 'review_depth.' || i.code, '', c.applied_date) #>> '{}')::integer,
               i.review_depth) AS depth) AS rule
           WHERE c.review_depth < rule.depth""",
    ),
)

TENANCY = (
    Invariant(
        "T02",
        "每张统筹区表都启用并强制行级安全，只有同统筹区策略",
        """SELECT c.relname::text AS subject, 'row-level security is off' AS detail
           FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
               AND a.attname = 'pool_id' AND NOT a.attisdropped
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
             AND (NOT (c.relrowsecurity AND c.relforcerowsecurity) OR 1 <> (
                  SELECT count(*) FROM pg_policy AS p WHERE p.polrelid = c.oid))""",
    ),
    # What one city cannot look behind: while the key is there, valid and of these columns, no
    # row of another city repeats a person's month here (P07, C01).
    Invariant(
        "P07b",
        "全安装范围内同一人同一项目同一月份只能列入一次：跨统筹区的唯一键在位",
        """SELECT 'plan_line_once_per_person_item_month' AS subject,
                  'missing, invalid, or of other columns' AS detail
           WHERE NOT EXISTS (
               SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
               WHERE c.relname = 'plan_line_once_per_person_item_month' AND i.indisunique
                 AND i.indisvalid AND i.indrelid = 'payouts_disbursementplanline'::regclass
                 AND pg_get_expr(i.indpred, i.indrelid) = 'is_live'
                 AND ARRAY['person_key', 'item_code', 'benefit_month'] = (
                     SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute AS a
                     WHERE a.attrelid = i.indexrelid))""",
    ),
    Invariant(
        "T04",
        "领取人与其待遇资格、案件属于同一统筹区和同一个人",
        """SELECT 'entitlement ' || e.id AS subject, 'person differs from the case' AS detail
           FROM payouts_entitlement AS e
           LEFT JOIN payouts_benefitcase AS c ON c.id = e.case_id
           LEFT JOIN payouts_claimant AS p ON p.id = e.claimant_id
           WHERE c.id IS NULL OR p.id IS NULL OR c.claimant_id <> e.claimant_id
              OR p.person_key <> e.person_key""",
    ),
)

JOBS = (
    Invariant(
        "X03",
        "每个作业都有发出它的任务，只办成一次的事只记一次",
        """SELECT 'outbox ' || o.id AS subject, 'names no job' AS detail
           FROM accounts_outboxevent AS o
           WHERE o.arguments ? 'job_id' AND NOT EXISTS (
               SELECT FROM accounts_job AS j WHERE j.id = (o.arguments ->> 'job_id')::bigint)
           UNION ALL
           SELECT 'job ' || j.id, 'was asked for, but no task was ever sent'
           FROM accounts_job AS j
           LEFT JOIN (SELECT DISTINCT (arguments ->> 'job_id')::bigint AS job_id
                      FROM accounts_outboxevent WHERE arguments ? 'job_id') AS o ON o.job_id = j.id
           WHERE o.job_id IS NULL
           UNION ALL
           SELECT subject_kind || ' ' || subject_id, format('%s %s times', verb, count(*))
           FROM accounts_auditevent
           WHERE verb IN ('payouts.plan.built', 'payouts.extract.applied', 'payouts.batch.sent',
                          'payouts.comparison.done', 'payouts.return.applied',
                          'payouts.entitlement.opened', 'funds.voucher.posted',
                          'funds.funds_plan.allotted', 'funds.tax_list.imported')
           GROUP BY verb, subject_kind, subject_id HAVING count(*) > 1""",
    ),
    Invariant(
        "X06",
        "没有滞留未发的任务（超过10分钟）",
        """SELECT 'outbox ' || id AS subject, task AS detail FROM accounts_outboxevent
           WHERE sent_at IS NULL AND created_at < clock_timestamp() - interval '10 minutes'""",
    ),
    Invariant(
        "X09",
        "没有租约过期而无人接手的作业（超过10分钟）",
        """SELECT 'job ' || id AS subject, kind AS detail FROM accounts_job
           WHERE (state = 'RUNNING' AND lease_until < clock_timestamp() - interval '10 minutes')
              OR (state = 'QUEUED' AND created_at < clock_timestamp() - interval '10 minutes')""",
    ),
)
