"""Properties that look across the areas: flows of money, rights in the database, deadlines."""

from config.invariants_query import Invariant

MONEY_FLOWS = (
    Invariant(
        "L10",
        "各账套的科目、期间、银行账户互不混用",
        """SELECT 'voucher ' || v.id AS subject, 'line on an account of another book' AS detail
           FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
           JOIN funds_ledgeraccount AS a ON a.id = l.account_id
           WHERE a.book_id <> v.book_id
           UNION ALL
           SELECT 'batch ' || b.number, 'paid from an account of another book'
           FROM payouts_paymentbatch AS b JOIN funds_bankaccount AS a ON a.id = b.bank_account_id
           WHERE a.book_id <> b.book_id
           UNION ALL
           SELECT 'voucher ' || v.id, 'in a period of another book'
           FROM funds_voucher AS v JOIN funds_period AS p ON p.id = v.period_id
           WHERE p.book_id <> v.book_id""",
    ),
    Invariant(
        "L12",
        "在途科目按批次结清（超过60天）",
        """SELECT 'batch ' || l.batch_number AS subject,
                  format('%s on its way', sum(l.debit - l.credit)) AS detail
           FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
           JOIN funds_ledgeraccount AS a ON a.id = l.account_id AND a.code LIKE '1101%'
           WHERE v.state = 'POSTED' AND l.batch_number <> ''
           GROUP BY l.batch_number
           HAVING sum(l.debit - l.credit) <> 0
              AND max(v.voucher_date) < (clock_timestamp() - interval '60 days')::date""",
    ),
    Invariant(
        "L13",
        "已结账月份的对账明细表财务金额等于账簿重新计算",
        """WITH booked AS (
               SELECT b.period_id, b.organisation_id, b.item_code,
                      sum(b.debit - b.credit) AS amount
               FROM funds_accountbalance AS b JOIN funds_ledgeraccount AS a ON a.id = b.account_id
               WHERE a.code LIKE '5%' AND b.organisation_id IS NOT NULL AND b.item_code <> ''
                 AND NOT b.is_closing
               GROUP BY 1, 2, 3)
           SELECT format('statement %s, item %s', s.id, l.item_code) AS subject,
                  format('stated %s, books %s', l.ledger_amount, coalesce(k.amount, 0)) AS detail
           FROM reconciliation_officestatement AS s
           JOIN reconciliation_officestatementline AS l ON l.statement_id = s.id
           JOIN funds_period AS p ON p.book_id = s.book_id AND p.month = s.month
               AND p.state = 'CLOSED'
           LEFT JOIN booked AS k ON k.period_id = p.id
               AND k.organisation_id = s.organisation_id AND k.item_code = l.item_code
           WHERE s.state IN ('SIGNED', 'CONFIRMED') AND l.ledger_amount <> coalesce(k.amount, 0)""",
    ),
    Invariant(
        "L13b",
        "定稿财务报表的每个数字等于分录重新计算",
        """SELECT format('financial statement %s, %s', d.statement_id, d.cell) AS subject,
                  format('stored %s, lines %s', d.stored, d.found) AS detail
           FROM funds_differing_cells(ARRAY(
               SELECT s.id FROM funds_financialstatement AS s
               JOIN funds_period AS p ON p.book_id = s.book_id AND p.month = s.month
               WHERE s.state = 'FINAL' AND p.state = 'CLOSED' AND NOT EXISTS (
                   SELECT FROM funds_financialstatement AS n
                   WHERE n.replaces_id = s.id AND n.state = 'FINAL'))) AS d""",
    ),
    Invariant(
        "L13c",
        "定稿财务报表由编制、复核、财务负责人、主要领导四人签署同一内容",
        """SELECT 'financial statement ' || s.id AS subject,
                  format('%s steps by %s people', count(g.id), count(DISTINCT g.person_id))
                      AS detail
           FROM funds_financialstatement AS s
           LEFT JOIN accounts_signature AS g ON g.subject_kind = 'FINANCIAL_STATEMENT'
               AND g.subject_id = s.id AND g.round = s.round AND g.decision = 'APPROVE'
               AND g.content_sha256 = s.content_sha256
               AND g.step IN ('PREPARE', 'CHECK', 'APPROVE', 'SIGN')
           WHERE s.state = 'FINAL'
           GROUP BY s.id HAVING count(DISTINCT g.person_id) <> 4 OR count(g.id) <> 4""",
    ),
    Invariant(
        "L14",
        "已结账月份中有支出的机构都有已签字的对账明细表",
        """SELECT format('period %s, office %s', p.id, b.organisation_id) AS subject,
                  'closed without a signed statement' AS detail
           FROM funds_period AS p JOIN funds_accountbalance AS b ON b.period_id = p.id
           WHERE p.state = 'CLOSED' AND b.organisation_id IS NOT NULL AND b.item_code <> ''
             AND NOT b.is_closing AND NOT EXISTS (
                 SELECT FROM reconciliation_officestatement AS s
                 WHERE s.organisation_id = b.organisation_id AND s.book_id = p.book_id
                   AND s.month = p.month AND s.state IN ('SIGNED', 'CONFIRMED'))
           GROUP BY p.id, b.organisation_id""",
    ),
    Invariant(
        "P05",
        "重发的支付指令都有经三人签署的重发申请",
        """SELECT 'instruction ' || i.end_to_end_id AS subject,
                  format('attempt %s without a signed request', i.attempt) AS detail
           FROM payouts_paymentinstruction AS i
           WHERE i.attempt > 1 AND i.state <> 'WITHDRAWN' AND NOT EXISTS (
               SELECT FROM payouts_reissuerequest AS r
               WHERE r.plan_line_id = i.plan_line_id AND r.state = 'IN_BATCH' AND 3 <= (
                   SELECT count(DISTINCT s.person_id) FROM accounts_signature AS s
                   WHERE s.subject_kind = 'REISSUE' AND s.subject_id = r.id
                     AND s.round = r.round AND s.decision = 'APPROVE'
                     AND s.content_sha256 = r.content_sha256))""",
    ),
    Invariant(
        "P13",
        "已复核的余额调节表两边相等",
        """SELECT 'adjustment ' || a.id AS subject,
                  format('ledger %s, bank %s', a.ledger_adjusted, a.bank_adjusted) AS detail
           FROM reconciliation_balanceadjustment AS a
           WHERE a.state = 'CHECKED' AND a.ledger_adjusted <> a.bank_adjusted""",
    ),
    Invariant(
        "P16",
        "批次与其支付指令的状态相符",
        """SELECT 'batch ' || b.number AS subject,
                  format('batch %s, instruction %s', b.state, i.state) AS detail
           FROM payouts_paymentbatch AS b
           JOIN payouts_paymentinstruction AS i ON i.batch_id = b.id
           WHERE b.is_leaf AND i.state <> ALL (CASE b.state
               WHEN 'RETURNED' THEN ARRAY['SUCCESS', 'FAILED']
               WHEN 'SENT' THEN ARRAY['SENT']
               WHEN 'UNKNOWN' THEN ARRAY['UNKNOWN']
               WHEN 'SENDING' THEN ARRAY['CREATED', 'UNKNOWN']
               WHEN 'WITHDRAWN' THEN ARRAY['WITHDRAWN']
               WHEN 'REJECTED' THEN ARRAY['WITHDRAWN']
               ELSE ARRAY['CREATED'] END)""",
    ),
    Invariant(
        "P17",
        "已撤回或被拒收的批次没有被银行受理",
        """SELECT 'batch ' || b.number AS subject, 'accepted by the bank: ' || m.outcome AS detail
           FROM payouts_paymentbatch AS b JOIN payouts_bankmessage AS m ON m.batch_id = b.id
           WHERE b.is_leaf AND b.state IN ('WITHDRAWN', 'REJECTED')
             AND m.call = 'POST /files' AND m.outcome LIKE '银行已受理%'""",
    ),
)

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
               WHERE c.relname = s.table_name AND t.tgname = 'refuse_unknown_transition')""",
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
        "查看完整证件号、账号和导出明细都写明用途",
        """SELECT 'event ' || id AS subject, verb || ' without a purpose' AS detail
           FROM accounts_auditevent
           WHERE verb = 'reconciliation.statement.exported'
             AND coalesce(after ->> 'purpose', '') = ''""",
    ),
)

DEADLINES = (
    Invariant(
        "X04",
        "同一作业没有两个在办",
        """SELECT format('%s %s', kind, key) AS subject, format('%s live', count(*)) AS detail
           FROM accounts_job WHERE state <> 'FAILED' GROUP BY kind, key HAVING count(*) > 1""",
    ),
    Invariant(
        "X10",
        "已结束的作业不留下未完成的比对、计划和外部数据",
        """SELECT 'comparison ' || r.id AS subject, 'its job ended' AS detail
           FROM payouts_comparisonrun AS r JOIN accounts_job AS j ON j.id = r.job_id
           WHERE r.state = 'RUNNING' AND j.state = 'DONE'
           UNION ALL
           SELECT 'plan ' || p.number, 'its job ended'
           FROM payouts_disbursementplan AS p JOIN accounts_job AS j ON j.id = p.job_id
           WHERE p.state = 'BUILDING' AND j.state = 'DONE'
           UNION ALL
           SELECT 'extract ' || e.id, 'its job ended'
           FROM payouts_sourceextract AS e JOIN accounts_job AS j ON j.id = e.job_id
           WHERE e.state = 'CHECKING' AND j.state = 'DONE'""",
    ),
    Invariant(
        "R05",
        "发送超过5日没有回盘的批次都已提醒",
        """SELECT 'batch ' || b.number AS subject, 'sent, not returned, nobody told' AS detail
           FROM payouts_paymentbatch AS b
           WHERE b.is_leaf AND b.state = 'SENT'
             AND b.sent_at < clock_timestamp() - interval '5 days'
             AND NOT EXISTS (SELECT FROM accounts_notice AS n
                             WHERE n.key = 'return-late:' || b.number)""",
    ),
    Invariant(
        "C01",
        "同一人同一项目没有两份同时有效的待遇资格",
        """SELECT 'person ' || left(person_key, 12) AS subject,
                  format('%s live entitlements of item %s', count(*), item_id) AS detail
           FROM payouts_entitlement WHERE state = 'PAYING' AND months_paid < months_granted
           GROUP BY person_key, item_id HAVING count(*) > 1""",
    ),
    Invariant(
        "C02",
        "已发月数不超过已列计划月数，已列不超过核定，核定不超过24个月",
        """SELECT 'entitlement ' || id AS subject,
                  format('%s paid, %s planned, %s granted', months_paid, months_planned,
                         months_granted) AS detail
           FROM payouts_entitlement
           WHERE months_paid > months_planned OR months_planned > months_granted
              OR months_granted NOT BETWEEN 1 AND 24""",
    ),
)
