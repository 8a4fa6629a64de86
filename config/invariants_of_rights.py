"""Properties of rights: what the database lets whom do, and what the trail holds of it."""

from config.invariants_query import Invariant

RIGHTS = (
    Invariant(
        "W04",
        "状态变更与签署的触发器都在工作",
        """SELECT c.relname || '.' || t.tgname AS subject, 'trigger is asleep' AS detail
           FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
           WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
             AND t.tgenabled = 'D'
           UNION ALL
           SELECT DISTINCT s.table_name, 'its changes of state are not guarded'
           FROM accounts_statetransition AS s
           WHERE NOT EXISTS (
               SELECT FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
               WHERE c.relname = s.table_name
                 AND t.tgname IN ('refuse_unknown_transition', 'check_onboarding'))""",
    ),
    Invariant(
        "W08",
        "信息岗位不办理业务和财务环节",
        """SELECT s.subject_kind || ' ' || s.subject_id AS subject,
                  format('signed by post %s', s.post_id) AS detail
           FROM accounts_signature AS s JOIN accounts_post AS p ON p.code = s.post_id
           WHERE p.family = 'INFORMATION' AND s.subject_kind <> 'GRANT'""",
    ),
    Invariant(
        "T05",
        "没有越过统筹区的数据库函数",
        """SELECT p.proname::text AS subject, 'runs with the rights of its owner' AS detail
           FROM pg_proc AS p
           WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
           UNION ALL
           SELECT rolname::text, 'passes row-level security' FROM pg_roles
           WHERE rolname IN ('fund_app', 'fund_auditor') AND (rolsuper OR rolbypassrls)""",
    ),
    Invariant(
        "A03",
        "只增不改的表，应用账号无权修改，也无权清空任何表",
        """SELECT c.relname || ' ' || right_name AS subject, 'granted to the application' AS detail
           FROM pg_class AS c
           CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_name
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
             AND (right_name = 'TRUNCATE' OR EXISTS (
                 SELECT FROM pg_trigger AS t
                 WHERE t.tgrelid = c.oid AND t.tgname = 'refuse_change'))
             AND has_table_privilege('fund_app', c.oid, right_name)""",
    ),
    Invariant(
        "A04",
        "查看完整号码写明事由，导出写明用途或范围和行数，下载留有文件摘要",
        """SELECT 'event ' || id AS subject, verb || ' without ' || lacking AS detail
           FROM (SELECT id, verb, CASE
                     WHEN verb = 'payouts.claimant.revealed'
                         AND (coalesce(after ->> 'reason', '') = ''
                              OR coalesce(after ->> 'what', '') = '') THEN 'a reason'
                     WHEN verb = 'reconciliation.statement.exported'
                         AND coalesce(after ->> 'purpose', '') = '' THEN 'a purpose'
                     WHEN verb = 'accounts.list.exported'
                         AND (coalesce(after ->> 'filters', '') = ''
                              OR coalesce((after ->> 'rows')::bigint, 0) < 1)
                         THEN 'its range and rows'
                     WHEN verb = 'accounts.document.downloaded'
                         AND coalesce(after ->> 'sha256', '') !~ '^[0-9a-f]{64}$'
                         THEN 'the digest of the file' END AS lacking
                 FROM accounts_auditevent) AS looked WHERE lacking IS NOT NULL
           UNION ALL
           SELECT 'event ' || id, verb || ' by nobody' FROM accounts_auditevent
           WHERE person_id IS NULL AND verb IN (
               'payouts.claimant.revealed', 'reconciliation.statement.exported',
               'accounts.list.exported', 'accounts.document.downloaded')""",
    ),
    Invariant(
        "A02",
        "每个签署都有同一时刻、同一事项、同一人的操作日志",
        """SELECT s.subject_kind || ' ' || s.subject_id AS subject,
                  format('step %s by person %s is not in the trail', s.step, s.person_id) AS detail
           FROM accounts_signature AS s
           WHERE NOT EXISTS (
               SELECT FROM accounts_auditevent AS e
               WHERE e.person_id = s.person_id AND e.at = s.signed_at
                 AND e.subject_id = s.subject_id)
             -- A case taken over as determined from an earlier system was signed there.
             AND (s.subject_kind <> 'CASE' OR EXISTS (
                 SELECT FROM accounts_auditevent AS e
                 WHERE e.subject_kind = 'payouts.benefitcase' AND e.subject_id = s.subject_id))""",
    ),
    Invariant(
        "A05",
        "日志、消息、作业参数、待发任务中没有完整的证件号和账号",
        """SELECT name || ' ' || id AS subject, 'holds a number in full' AS detail
           FROM (SELECT 'event' AS name, id, concat_ws(' ', subject_label, before, after) AS text
                 FROM accounts_auditevent
                 UNION ALL SELECT 'notice', id, concat_ws(' ', text, url, key) FROM accounts_notice
                 UNION ALL SELECT 'job', id, concat_ws(' ', key, title, arguments, error)
                 FROM accounts_job
                 UNION ALL SELECT 'outbox', id, arguments::text FROM accounts_outboxevent) AS every
           WHERE text ~ ('(^|[^0-9A-Za-z])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])'
                         '(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]([^0-9A-Za-z]|$)')
              OR text ~ '(^|[^0-9A-Za-z])62[0-9]{14,17}([^0-9A-Za-z]|$)'""",
    ),
    Invariant(
        "W07",
        "政策参数、岗位目录、不相容岗位、状态变更表，应用账号无权修改",
        """SELECT c.relname || ' ' || right_name AS subject, 'granted to the application' AS detail
           FROM pg_class AS c CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_name
           WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN (
               'accounts_parameter', 'accounts_post', 'accounts_incompatibleposts',
               'accounts_statetransition')
             AND has_table_privilege('fund_app', c.oid, right_name)""",
    ),
    Invariant(
        "W14",
        "后台作业只收发、比对、记账，不作审批决定",
        """SELECT 'event ' || id AS subject, format('%s decided by job %s', verb, job) AS detail
           FROM accounts_auditevent
           WHERE person_id IS NULL AND split_part(verb, '.', 3) IN (
               'signed', 'approved', 'checked', 'released', 'posted', 'decided', 'reviewed',
               'cleared', 'closed', 'submitted', 'allotted', 'granted', 'voided')
           UNION ALL
           SELECT 'event ' || id, 'neither a person nor a job' FROM accounts_auditevent
           WHERE (person_id IS NULL) = (job = '')""",
    ),
    Invariant(
        "T07",
        "县级和业务岗位的权限只及于本机构，市级其他岗位才及于全统筹区",
        """SELECT 'group ' || g.name AS subject,
                  format('%s over organisation %s', p.codename, h.content_object_id) AS detail
           FROM accounts_dutyholding AS h JOIN auth_group AS g ON g.id = h.group_id
           JOIN auth_permission AS p ON p.id = h.permission_id
           JOIN accounts_organisation AS o ON o.id::text = split_part(g.name, '/', 1)
           JOIN accounts_post AS t ON t.code = split_part(g.name, '/', 2)
           WHERE h.content_object_id <> o.id
             AND (o.level <> 'CITY' OR t.family = 'BUSINESS' OR t.code = 'OFFH')""",
    ),
)
