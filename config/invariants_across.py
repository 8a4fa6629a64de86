"""Properties that look across the areas: flows of money, what happens in time."""

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
        "支出户每笔付款都对应批次或凭证，否则已列为未达账项或差异",
        """WITH paid AS (
               SELECT l.id, l.serial, l.debit, l.value_date, k.id AS bank_account_id,
                      k.ledger_account_id, s.imported_at, b.number, b.total_amount
               FROM funds_bankstatementline AS l
               JOIN funds_bankstatement AS s ON s.id = l.statement_id
               JOIN funds_bankaccount AS k ON k.id = s.bank_account_id
                   AND k.kind = 'EXPENDITURE'
               LEFT JOIN payouts_paymentbatch AS b ON b.bank_account_id = k.id
                   AND b.state NOT IN ('DRAFT', 'CHECKED', 'CONFIRMED', 'WITHDRAWN', 'REJECTED')
                   AND b.number = ANY (regexp_split_to_array(l.summary, '[^0-9A-Za-z-]+'))
               WHERE l.debit > 0)
           SELECT 'bank line ' || p.serial AS subject,
                  format('%s paid on %s, for nothing known here', p.debit, p.value_date) AS detail
           FROM paid AS p
           WHERE p.number IS NULL AND p.imported_at < clock_timestamp() - interval '1 day'
             AND NOT EXISTS (
                 SELECT FROM funds_voucherline AS e JOIN funds_voucher AS v ON v.id = e.voucher_id
                 WHERE e.account_id = p.ledger_account_id AND e.credit = p.debit
                   AND v.state = 'POSTED' AND abs(v.voucher_date - p.value_date) <= 3)
             AND NOT EXISTS (
                 SELECT FROM reconciliation_outstandingitem AS o
                 JOIN reconciliation_balanceadjustment AS a ON a.id = o.adjustment_id
                 WHERE a.bank_account_id = p.bank_account_id AND o.side = 'BANK_PAID'
                   AND o.reference = p.serial AND o.amount = p.debit)
           UNION ALL
           SELECT 'batch ' || p.number, format('bank paid %s of %s', sum(p.debit), p.total_amount)
           FROM paid AS p WHERE p.number IS NOT NULL AND NOT EXISTS (
               SELECT FROM reconciliation_difference AS d WHERE d.key = p.number || '|OUT')
           GROUP BY p.number, p.total_amount HAVING sum(p.debit) > p.total_amount""",
    ),
    Invariant(
        "P14b",
        "批次只从本账套的支出户支付",
        """SELECT 'batch ' || b.number AS subject, format('paid from %s', k.kind) AS detail
           FROM payouts_paymentbatch AS b JOIN funds_bankaccount AS k ON k.id = b.bank_account_id
           WHERE k.kind <> 'EXPENDITURE' OR k.book_id <> b.book_id""",
    ),
    Invariant(
        "P15",
        "批次每次认领只有一个发送者，银行只受理一次",
        """SELECT 'batch ' || b.number AS subject,
                  format('claimed %s times, epoch %s', count(*), b.epoch) AS detail
           FROM payouts_paymentbatch AS b JOIN payouts_bankmessage AS m ON m.batch_id = b.id
           WHERE m.call = 'POST /files' AND m.outcome LIKE '开始发送%'
           GROUP BY b.id HAVING count(*) > b.epoch OR count(*) <> count(DISTINCT m.outcome)
           UNION ALL
           SELECT 'batch ' || b.number, format('accepted %s times', count(*))
           FROM payouts_paymentbatch AS b JOIN payouts_bankmessage AS m ON m.batch_id = b.id
           WHERE m.call = 'POST /files' AND m.outcome LIKE '银行%已受理%'
           GROUP BY b.id HAVING count(*) > 1
           UNION ALL
           SELECT 'batch ' || number, 'sent without a claim' FROM payouts_paymentbatch
           WHERE is_leaf AND state IN ('SENDING', 'UNKNOWN', 'SENT') AND epoch = 0""",
    ),
    Invariant(
        "P16",
        "终态不再改变：没有离开终态的许可，留有终态痕迹的都仍在终态",
        """SELECT t.table_name || ': ' || t.from_state || ' to ' || t.to_state AS subject,
                  'a way out of a terminal state' AS detail
           FROM accounts_statetransition AS t
           JOIN (VALUES ('payouts_paymentbatch', ARRAY['RETURNED', 'REJECTED', 'WITHDRAWN']),
                        ('payouts_paymentinstruction', ARRAY['SUCCESS', 'FAILED', 'WITHDRAWN']),
                        ('payouts_benefitcase', ARRAY['DETERMINED', 'REFUSED', 'WITHDRAWN']),
                        ('payouts_disbursementplan', ARRAY['WITHDRAWN']),
                        ('payouts_entitlement', ARRAY['STOPPED', 'FINISHED']),
                        ('funds_voucher', ARRAY['POSTED', 'VOIDED']),
                        ('accounts_postgrant', ARRAY['REFUSED', 'REVOKED', 'EXPIRED']))
               AS final (table_name, states) ON final.table_name = t.table_name
               AND t.from_state = ANY (final.states)
           UNION ALL
           SELECT 'batch ' || b.number, format('answered, but %s', b.state)
           FROM payouts_paymentbatch AS b JOIN payouts_bankreturn AS r ON r.batch_id = b.id
           WHERE r.state = 'APPLIED' AND b.state <> 'RETURNED'
           UNION ALL
           SELECT 'instruction ' || end_to_end_id, format('settled by the bank, but %s', state)
           FROM payouts_paymentinstruction
           WHERE bank_date IS NOT NULL AND state NOT IN ('SUCCESS', 'FAILED')
           UNION ALL
           SELECT 'case ' || c.number, format('entitled, but %s', c.state)
           FROM payouts_benefitcase AS c JOIN payouts_entitlement AS e ON e.case_id = c.id
           WHERE c.state <> 'DETERMINED'
           UNION ALL
           SELECT 'voucher ' || id, format('posted, but %s', state) FROM funds_voucher
           WHERE posted_at IS NOT NULL AND state <> 'POSTED'""",
    ),
    Invariant(
        "P17",
        "已撤回或被拒收的批次没有被银行受理",
        """SELECT 'batch ' || b.number AS subject, 'accepted by the bank: ' || m.outcome AS detail
           FROM payouts_paymentbatch AS b JOIN payouts_bankmessage AS m ON m.batch_id = b.id
           WHERE b.is_leaf AND b.state IN ('WITHDRAWN', 'REJECTED')
             AND m.call = 'POST /files' AND m.outcome LIKE '银行已受理%'""",
    ),
    Invariant(
        "P18",
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
        "P19",
        "已复核的余额调节表两边相等",
        """SELECT 'adjustment ' || a.id AS subject,
                  format('ledger %s, bank %s', a.ledger_adjusted, a.bank_adjusted) AS detail
           FROM reconciliation_balanceadjustment AS a
           WHERE a.state = 'CHECKED' AND a.ledger_adjusted <> a.bank_adjusted""",
    ),
    Invariant(
        "P19b",
        "每张余额调节表属于其账户种类的对账（支出户R2、收入户R3、财政专户R4）",
        """SELECT 'adjustment ' || a.id AS subject,
                  format('run %s, account of kind %s', r.kind, k.kind) AS detail
           FROM reconciliation_balanceadjustment AS a
           JOIN reconciliation_reconciliationrun AS r ON r.id = a.run_id
           JOIN funds_bankaccount AS k ON k.id = a.bank_account_id
           WHERE r.kind IS DISTINCT FROM CASE k.kind WHEN 'EXPENDITURE' THEN 'R2'
                     WHEN 'INCOME' THEN 'R3' WHEN 'FISCAL' THEN 'R4' END""",
    ),
)

DEADLINES = (
    Invariant(
        "X04",
        "同一作业没有两个在办",
        """SELECT format('%s %s', kind, key) AS subject, format('%s live', count(*)) AS detail
           FROM accounts_job WHERE state NOT IN ('FAILED', 'STOPPED')
           GROUP BY kind, key HAVING count(*) > 1""",
    ),
    Invariant(
        "X10",
        "已结束的作业不留下未完成的比对、计划和外部数据",
        """SELECT 'comparison ' || r.id AS subject, 'its job ended' AS detail
           FROM payouts_comparisonrun AS r JOIN accounts_job AS j ON j.id = r.job_id
           WHERE r.state = 'RUNNING' AND j.state IN ('DONE', 'STOPPED')
           UNION ALL
           SELECT 'plan ' || p.number, 'its job ended'
           FROM payouts_disbursementplan AS p JOIN accounts_job AS j ON j.id = p.job_id
           WHERE p.state = 'BUILDING' AND j.state IN ('DONE', 'STOPPED')
           UNION ALL
           SELECT 'extract ' || e.id, 'its job ended'
           FROM payouts_sourceextract AS e JOIN accounts_job AS j ON j.id = e.job_id
           WHERE e.state = 'CHECKING' AND j.state IN ('DONE', 'STOPPED')""",
    ),
    Invariant(
        "X11",
        "停止的作业都由发起人本人请求停止",
        """SELECT 'job ' || j.id AS subject, 'stopped, and its own person did not ask' AS detail
           FROM accounts_job AS j
           WHERE j.state = 'STOPPED' AND NOT (j.is_stoppable AND EXISTS (
                 SELECT FROM accounts_jobstop AS s
                 WHERE s.job_id = j.id AND s.asked_by_id = j.requested_by_id))""",
    ),
    Invariant(
        "R05",
        "发送后第2个工作日仍没有回盘的批次都已提醒",
        """SELECT 'batch ' || b.number AS subject,
                  format('%s since %s, nobody told', b.state, b.sent_at) AS detail
           FROM payouts_paymentbatch AS b
           WHERE b.is_leaf AND b.state = 'SENT' AND NOT EXISTS (
                 SELECT FROM accounts_notice AS n WHERE n.key = 'return-late:' || b.number)
             AND (2 < (SELECT count(*) FROM accounts_workyear AS y, unnest(y.days) AS day
                       WHERE day > (b.sent_at AT TIME ZONE 'Asia/Shanghai')::date
                         AND day <= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
                  OR b.sent_at < clock_timestamp() - interval '14 days')""",
    ),
    Invariant(
        "C01",
        "同一人同一项目没有两份同时有效的待遇资格，同一月份不由两份资格领取",
        """SELECT 'person ' || left(person_key, 12) AS subject,
                  format('%s live entitlements of item %s', count(*), item_id) AS detail
           FROM payouts_entitlement WHERE state = 'PAYING' AND months_paid < months_granted
           GROUP BY person_key, item_id HAVING count(*) > 1
           UNION ALL
           SELECT 'person ' || left(l.person_key, 12),
                  format('%s entitlements pay %s', count(DISTINCT l.entitlement_id),
                         l.benefit_month)
           FROM payouts_disbursementplanline AS l WHERE l.is_live
           GROUP BY l.person_key, l.item_code, l.benefit_month
           HAVING count(DISTINCT l.entitlement_id) > 1""",
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
    Invariant(
        "C05",
        "停发、暂停的待遇都有两人签署的申请",
        """SELECT 'entitlement ' || e.id AS subject, e.state || ' without a signed application'
                  AS detail
           FROM payouts_entitlement AS e
           WHERE e.state IN ('STOPPED', 'SUSPENDED') AND NOT EXISTS (
               SELECT FROM payouts_entitlementchange AS c
               JOIN accounts_signature AS s ON s.subject_kind = 'ENTITLEMENT_CHANGE'
                   AND s.subject_id = c.id AND s.decision = 'APPROVE'
               WHERE c.entitlement_id = e.id AND c.state = 'APPROVED'
                 AND c.kind = CASE e.state WHEN 'STOPPED' THEN 'STOP' ELSE 'SUSPEND' END
               GROUP BY c.id HAVING count(DISTINCT s.person_id) = 2)""",
    ),
    Invariant(
        "R06",
        "已结账月份确认支付的批次都已回盘",
        """SELECT 'batch ' || b.number AS subject, format('month %s closed', p.month) AS detail
           FROM payouts_paymentbatch AS b JOIN funds_period AS p ON p.book_id = b.book_id
               AND p.month = date_trunc('month', b.released_at AT TIME ZONE 'Asia/Shanghai')::date
           WHERE b.is_leaf AND b.state IN ('RELEASED', 'SENDING', 'UNKNOWN', 'SENT')
             AND p.state = 'CLOSED'""",
    ),
    Invariant(
        "W15",
        "办理过案件的人不核实排除其差异，也不办理支付它的批次",
        """SELECT 'mismatch ' || r.id AS subject, format('person %s signed case %s', s.person_id,
                                                      e.case_id) AS detail
           FROM accounts_signature AS s
           JOIN payouts_comparisonresult AS r ON r.id = s.subject_id
           JOIN payouts_entitlement AS e ON e.id = r.entitlement_id
           JOIN accounts_signature AS c ON c.subject_kind = 'CASE' AND c.subject_id = e.case_id
               AND c.person_id = s.person_id
           WHERE s.subject_kind = 'COMPARISON_EXCEPTION'
           UNION ALL
           SELECT DISTINCT 'batch ' || b.batch_id, format('person %s signed case %s', s.person_id,
                                                          e.case_id)
           FROM accounts_signature AS s
           JOIN payouts_batchplan AS b ON b.batch_id = s.subject_id
           JOIN payouts_disbursementplanline AS l ON l.plan_id = b.plan_id AND l.is_live
           JOIN payouts_entitlement AS e ON e.id = l.entitlement_id
           JOIN accounts_signature AS c ON c.subject_kind = 'CASE' AND c.subject_id = e.case_id
               AND c.person_id = s.person_id
           WHERE s.subject_kind = 'BATCH'""",
    ),
)
