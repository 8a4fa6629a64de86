"""Properties of the ledger and of payments."""

from config.invariants_query import Invariant

LEDGER = (
    Invariant(
        "L01",
        "已过账凭证借贷相等、至少两条分录、科目同属本账套",
        """SELECT 'voucher ' || v.id AS subject,
                  format('debit %s, credit %s, %s lines', sum(l.debit), sum(l.credit), count(l.id))
                      AS detail
           FROM funds_voucher AS v
           LEFT JOIN funds_voucherline AS l ON l.voucher_id = v.id
           LEFT JOIN funds_ledgeraccount AS a ON a.id = l.account_id
           WHERE v.state = 'POSTED'
           GROUP BY v.id
           HAVING sum(l.debit) IS DISTINCT FROM sum(l.credit) OR count(l.id) < 2
               OR bool_or(a.book_id <> v.book_id)""",
    ),
    Invariant(
        "L02",
        "每个会计期间的科目发生额借贷相等",
        """SELECT 'period ' || period_id AS subject,
                  format('debit %s, credit %s', sum(debit), sum(credit)) AS detail
           FROM funds_accountbalance GROUP BY period_id HAVING sum(debit) <> sum(credit)""",
    ),
    Invariant(
        "L03",
        "科目余额等于已过账分录的重新计算",
        """WITH lines AS (
               SELECT v.period_id, l.account_id, l.organisation_id, l.item_code,
                      'E34' IN (v.event, coalesce(r.event, '')) AS is_closing,
                      sum(l.debit) AS debit, sum(l.credit) AS credit
               FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
               LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
               WHERE v.state = 'POSTED' GROUP BY 1, 2, 3, 4, 5)
           SELECT format('period %s, account %s, office %s, item %s', period_id, account_id,
                         organisation_id, item_code) AS subject,
                  format('stored %s / %s, lines %s / %s', stored.debit, stored.credit,
                         found.debit, found.credit) AS detail
           FROM (SELECT period_id, account_id, coalesce(organisation_id, 0) AS organisation_id,
                        item_code, is_closing, debit, credit FROM funds_accountbalance) AS stored
           FULL JOIN (SELECT period_id, account_id, coalesce(organisation_id, 0) AS organisation_id,
                             item_code, is_closing, debit, credit FROM lines) AS found
               USING (period_id, account_id, organisation_id, item_code, is_closing)
           WHERE coalesce(stored.debit, 0) <> coalesce(found.debit, 0)
              OR coalesce(stored.credit, 0) <> coalesce(found.credit, 0)""",
    ),
    Invariant(
        "L04",
        "冲销凭证指向已过账凭证，分录相同、方向相反",
        """WITH turned AS (
               SELECT r.id, r.reverses_id, l.account_id, l.organisation_id, l.item_code,
                      l.debit, l.credit
               FROM funds_voucher AS r JOIN funds_voucherline AS l ON l.voucher_id = r.id
               WHERE r.state = 'POSTED' AND r.reverses_id IS NOT NULL)
           SELECT 'voucher ' || r.id AS subject, 'reversal differs from what it reverses' AS detail
           FROM funds_voucher AS r JOIN funds_voucher AS o ON o.id = r.reverses_id
           WHERE r.state = 'POSTED' AND (o.state <> 'POSTED' OR EXISTS (
               (SELECT account_id, organisation_id, item_code, credit, debit FROM turned
                WHERE id = r.id
                EXCEPT ALL
                SELECT account_id, organisation_id, item_code, debit, credit
                FROM funds_voucherline WHERE voucher_id = o.id)))""",
    ),
    Invariant(
        "L05",
        "凭证号每月从1连续，无缺号、无重号",
        """SELECT 'period ' || p.id AS subject,
                  format('%s posted, highest %s, counter %s', count(v.id), max(v.number),
                         p.last_number) AS detail
           FROM funds_period AS p
           LEFT JOIN funds_voucher AS v ON v.period_id = p.id AND v.state = 'POSTED'
           GROUP BY p.id, p.last_number
           HAVING count(v.id) <> coalesce(max(v.number), 0) OR count(v.id) <> p.last_number
               OR count(DISTINCT v.number) <> count(v.id)""",
    ),
    Invariant(
        "L06",
        "已结账期间没有结账后过账的凭证，凭证日期在其期间内",
        """SELECT 'voucher ' || v.id AS subject, 'posted outside its open period' AS detail
           FROM funds_voucher AS v JOIN funds_period AS p ON p.id = v.period_id
           WHERE v.state = 'POSTED' AND (v.posted_at > p.closed_at
               OR date_trunc('month', v.voucher_date) <> p.month OR p.book_id <> v.book_id)""",
    ),
    Invariant(
        "L07",
        "金额大于零、不是非数、两位小数",
        """SELECT name || ' ' || id AS subject, amount::text AS detail FROM (
               SELECT 'voucher line' AS name, id, debit + credit AS amount FROM funds_voucherline
               UNION ALL SELECT 'plan line', id, amount FROM payouts_disbursementplanline
               UNION ALL SELECT 'instruction', id, amount FROM payouts_paymentinstruction
               UNION ALL SELECT 'return line', id, amount FROM payouts_bankreturnline) AS every
           WHERE NOT (amount > 0 AND amount <= 999999999999.99) OR scale(amount) > 2""",
    ),
    Invariant(
        "L08",
        "自动凭证注明来源，同一来源只有一张有效凭证",
        """SELECT source_kind || ' ' || coalesce(source_id::text, '-') AS subject,
                  format('%s live vouchers', count(*)) AS detail
           FROM funds_voucher
           WHERE state <> 'VOIDED'
             AND (source_id IS NOT NULL OR EXISTS (
                 SELECT FROM funds_postingrule AS r WHERE r.event = funds_voucher.event
                   AND r.sources <> '{}' AND NOT 'NONE' = ANY (r.sources)))
           GROUP BY source_kind, source_id, event
           HAVING count(*) > 1 OR source_id IS NULL""",
    ),
    Invariant(
        "L09",
        "每张已过账凭证由填制、稽核、出纳、会计主管、记账的不同的人签署同一内容",
        """SELECT 'voucher ' || v.id AS subject,
                  format('%s steps by %s people', count(s.id), count(DISTINCT s.person_id))
                      AS detail
           FROM funds_voucher AS v
           LEFT JOIN accounts_signature AS s ON s.subject_kind = 'VOUCHER' AND s.subject_id = v.id
               AND s.round = v.round AND s.decision = 'APPROVE'
               AND s.content_sha256 = v.content_sha256
               AND s.step IN ('PREPARE', 'CHECK', 'CASHIER', 'APPROVE', 'POST')
           WHERE v.state = 'POSTED'
           GROUP BY v.id, v.prepared_by_id, v.is_cash
           HAVING count(DISTINCT s.person_id) <> count(s.id)
               OR count(s.id) < 3 + (v.prepared_by_id IS NOT NULL)::integer + v.is_cash::integer""",
    ),
    Invariant(
        "P14",
        "资金只沿许可的流向移动，凭证所列流向与分录一致",
        """SELECT 'voucher ' || v.id AS subject, format('%s: %s -> %s', v.event,
                  e.from_place, e.to_place) AS detail
           FROM funds_voucher AS v
           LEFT JOIN funds_flowedge AS e ON e.id = v.edge_id
           CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE n.change <> 0) AS places,
                      max(n.place) FILTER (WHERE n.change < 0) AS loser,
                      max(n.place) FILTER (WHERE n.change > 0) AS gainer
               FROM (SELECT k.place, sum(l.debit - l.credit) AS change
                     FROM funds_voucherline AS l
                     JOIN funds_ledgeraccount AS a ON a.id = l.account_id
                     JOIN (VALUES ('1002', 'INCOME'), ('1003', 'FISCAL'), ('1004', 'EXPENDITURE'),
                                  ('1005', 'TREASURY')) AS k (code, place)
                         ON k.code = left(a.code, 4)
                     WHERE l.voucher_id = v.id GROUP BY k.place) AS n) AS f
           WHERE v.state = 'POSTED' AND v.event NOT IN ('E35', 'REVERSAL', 'SPECIAL')
             AND CASE WHEN f.places = 0 THEN v.edge_id IS NOT NULL
                      ELSE e.rule_id IS DISTINCT FROM v.event OR NOT (
                          (e.from_place, e.to_place)
                              = (coalesce(f.loser, 'OUTSIDE'), coalesce(f.gainer, 'OUTSIDE'))
                          OR v.corrects_id IS NOT NULL AND (e.to_place, e.from_place)
                              = (coalesce(f.loser, 'OUTSIDE'), coalesce(f.gainer, 'OUTSIDE')))
                 END""",
    ),
    Invariant(
        "L11",
        "支出户账面余额不少于在途和已回盘未记账的款项",
        """WITH gross AS (
               SELECT payouts_value_in_force(current_pool(), 'bank_debit_mode', '', CURRENT_DATE)
                      #>> '{}' = 'GROSS' AS is_gross)
           SELECT 'account ' || k.id AS subject,
                  format('balance %s, on its way %s, not booked %s', m.balance, m.on_its_way,
                         m.unposted) AS detail
           FROM funds_bankaccount AS k CROSS JOIN LATERAL (SELECT
               (SELECT coalesce(sum(b.debit - b.credit), 0) FROM funds_accountbalance AS b
                WHERE b.account_id = k.ledger_account_id) AS balance,
               (SELECT coalesce(sum(b.total_amount), 0) FROM payouts_paymentbatch AS b
                WHERE b.bank_account_id = k.id AND b.is_leaf
                  AND b.state IN ('RELEASED', 'SENDING', 'UNKNOWN', 'SENT')) AS on_its_way,
               (SELECT coalesce(sum(r.success_total + CASE WHEN (SELECT is_gross FROM gross)
                                    THEN r.fail_total ELSE 0 END), 0)
                FROM payouts_bankreturn AS r JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
                WHERE b.bank_account_id = k.id AND r.state = 'APPLIED' AND NOT EXISTS (
                    SELECT FROM funds_voucher AS v WHERE v.source_kind = 'BANK_RETURN'
                    AND v.source_id = r.id AND v.state = 'POSTED')) AS unposted) AS m
           WHERE k.kind = 'EXPENDITURE' AND m.balance < m.on_its_way + m.unposted""",
    ),
)

PAYMENTS = (
    Invariant(
        "P01",
        "每条发放明细最多一条有效支付指令，重发以前次失败为前提",
        """SELECT 'plan line ' || i.plan_line_id AS subject,
                  format('attempt %s without a failed one before it', i.attempt) AS detail
           FROM payouts_paymentinstruction AS i
           WHERE i.attempt > 1 AND i.state <> 'WITHDRAWN' AND NOT EXISTS (
               SELECT FROM payouts_paymentinstruction AS f WHERE f.plan_line_id = i.plan_line_id
               AND f.attempt < i.attempt AND f.state = 'FAILED')
           UNION ALL
           SELECT 'plan line ' || plan_line_id, format('%s live instructions', count(*))
           FROM payouts_paymentinstruction
           WHERE state IN ('CREATED', 'SENT', 'UNKNOWN', 'SUCCESS')
           GROUP BY plan_line_id HAVING count(*) > 1""",
    ),
    Invariant(
        "P02",
        "发送银行的批次经编制、复核、确认支付三人签署同一内容",
        """SELECT 'batch ' || b.number AS subject,
                  format('%s steps by %s people', count(s.id), count(DISTINCT s.person_id))
                      AS detail
           FROM payouts_paymentbatch AS b
           JOIN payouts_paymentbatch AS root ON root.id = coalesce(b.parent_id, b.id)
           LEFT JOIN accounts_signature AS s ON s.subject_kind = 'BATCH'
               AND s.subject_id = root.id AND s.round = root.round AND s.decision = 'APPROVE'
               AND s.content_sha256 = root.content_sha256
               AND s.step IN ('PREPARE', 'CHECK', 'RELEASE')
           WHERE b.state NOT IN ('DRAFT', 'CHECKED', 'CONFIRMED', 'WITHDRAWN')
           GROUP BY b.id, b.number
           HAVING count(s.id) <> 3 OR count(DISTINCT s.person_id) <> 3""",
    ),
    Invariant(
        "P03",
        "批次的笔数和金额等于其支付指令，父批次等于子批次之和",
        """SELECT 'batch ' || b.number AS subject,
                  format('batch %s / %s, instructions %s / %s', b.line_count, b.total_amount,
                         count(i.id), sum(i.amount)) AS detail
           FROM payouts_paymentbatch AS b
           LEFT JOIN payouts_paymentinstruction AS i ON i.batch_id = b.id
           WHERE b.is_leaf GROUP BY b.id
           HAVING (b.line_count::bigint, b.total_amount)
               IS DISTINCT FROM (count(i.id), coalesce(sum(i.amount), 0))
           UNION ALL
           SELECT 'batch ' || b.number,
                  format('batch %s / %s, children %s / %s', b.line_count, b.total_amount,
                         sum(c.line_count), sum(c.total_amount))
           FROM payouts_paymentbatch AS b LEFT JOIN payouts_paymentbatch AS c ON c.parent_id = b.id
           WHERE NOT b.is_leaf GROUP BY b.id
           HAVING (b.line_count::bigint, b.total_amount)
               IS DISTINCT FROM (sum(c.line_count), sum(c.total_amount))""",
    ),
    Invariant(
        "P04",
        "每条回盘明细对应一条同额支付指令，成败一致",
        """SELECT 'instruction ' || i.end_to_end_id AS subject,
                  format('%s %s, return line %s %s', i.state, i.amount, l.is_success, l.amount)
                      AS detail
           FROM payouts_paymentinstruction AS i
           LEFT JOIN payouts_bankreturnline AS l ON l.instruction_id = i.id
           WHERE (i.state IN ('SUCCESS', 'FAILED') AND l.id IS NULL)
              OR (l.id IS NOT NULL AND (l.amount <> i.amount
                  OR i.state <> CASE WHEN l.is_success THEN 'SUCCESS' ELSE 'FAILED' END))""",
    ),
    Invariant(
        "P06",
        "报盘文件的字节、笔数、金额与批次一致",
        """SELECT 'batch ' || b.number AS subject, 'file differs from its batch' AS detail
           FROM payouts_bankfile AS f JOIN payouts_paymentbatch AS b ON b.id = f.batch_id
           JOIN accounts_document AS d ON d.id = f.document_id
           WHERE (f.line_count, f.total_amount) IS DISTINCT FROM (b.line_count, b.total_amount)
              OR f.sha256 <> d.sha256
           UNION ALL
           SELECT 'batch ' || b.number, 'sent without a file'
           FROM payouts_paymentbatch AS b
           WHERE b.is_leaf AND b.state IN ('SENDING', 'UNKNOWN', 'SENT', 'RETURNED')
             AND NOT EXISTS (SELECT FROM payouts_bankfile AS f WHERE f.batch_id = b.id)""",
    ),
    Invariant(
        "P07",
        "同一人同一项目同一月份只有一条有效发放明细，月份与计划一致",
        """SELECT 'person ' || left(person_key, 12) AS subject,
                  format('%s lines of %s in %s', count(*), item_code, benefit_month) AS detail
           FROM payouts_disbursementplanline WHERE is_live
           GROUP BY person_key, item_code, benefit_month HAVING count(*) > 1
           UNION ALL
           SELECT 'plan line ' || l.id, 'month or person differs from plan and entitlement'
           FROM payouts_disbursementplanline AS l
           JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
           JOIN payouts_entitlement AS e ON e.id = l.entitlement_id
           WHERE l.is_live AND (l.benefit_month <> p.month OR l.person_key <> e.person_key
                                OR l.claimant_id <> e.claimant_id)""",
    ),
    Invariant(
        "P08",
        "收款账户属于领取人本人，金额等于签批的发放明细",
        """SELECT 'instruction ' || i.end_to_end_id AS subject,
                  'account of another person, or amount not as planned' AS detail
           FROM payouts_paymentinstruction AS i
           JOIN payouts_disbursementplanline AS l ON l.id = i.plan_line_id
           JOIN payouts_payeeaccount AS a ON a.id = i.payee_account_id
           WHERE a.claimant_id <> l.claimant_id OR i.amount <> l.amount
              OR (i.attempt = 1 AND i.payee_account_id <> l.payee_account_id)""",
    ),
    Invariant(
        "P09",
        "达到大额标准的计划由主要领导签字",
        """SELECT 'plan ' || p.number AS subject, 'large, without the principal head' AS detail
           FROM payouts_disbursementplan AS p
           WHERE p.state = 'APPROVED' AND (p.needs_principal
               OR p.total_amount >= (payouts_value_in_force(
                   p.pool_id, 'large_plan', '', p.month) #>> '{}')::numeric
               OR p.largest_amount >= (payouts_value_in_force(
                   p.pool_id, 'large_line', '', p.month) #>> '{}')::numeric)
             AND NOT EXISTS (
               SELECT FROM accounts_signature AS s WHERE s.subject_kind = 'PLAN'
               AND s.subject_id = p.id AND s.round = p.round AND s.step = 'PRINCIPAL'
               AND s.decision = 'APPROVE' AND s.content_sha256 = p.content_sha256)""",
    ),
    Invariant(
        "P10",
        "已发放月数等于支付成功的明细数，且不超过核定月数",
        """SELECT 'entitlement ' || e.id AS subject,
                  format('paid %s of %s, successes %s', e.months_paid, e.months_granted,
                         coalesce(paid.months, 0)) AS detail
           FROM payouts_entitlement AS e
           LEFT JOIN (
               SELECT l.entitlement_id, count(*) AS months
               FROM payouts_paymentinstruction AS i
               JOIN payouts_disbursementplanline AS l ON l.id = i.plan_line_id
               WHERE i.state = 'SUCCESS' GROUP BY l.entitlement_id) AS paid
               ON paid.entitlement_id = e.id
           WHERE e.months_paid <> coalesce(paid.months, 0) OR e.months_paid > e.months_granted""",
    ),
    Invariant(
        "P11",
        "计划中的每个人都有本月本计划的比对结果，且一致或已核实排除",
        """SELECT 'plan line ' || l.id AS subject, 'comparison ' || r.state AS detail
           FROM payouts_disbursementplanline AS l
           JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
           JOIN payouts_comparisonresult AS r ON r.id = l.comparison_result_id
           WHERE l.is_live AND (r.state = 'EXCEPTION' OR r.entitlement_id <> l.entitlement_id
                                OR r.run_id <> p.comparison_run_id)""",
    ),
    Invariant(
        "P12",
        "回盘凭证的支出金额等于回盘成功金额",
        """SELECT 'return ' || r.id AS subject,
                  format('success %s, booked %s', r.success_total, booked.amount) AS detail
           FROM payouts_bankreturn AS r
           JOIN (SELECT v.source_id, sum(l.debit) AS amount
                 FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
                 JOIN funds_ledgeraccount AS a ON a.id = l.account_id AND a.code LIKE '5%'
                 WHERE v.source_kind = 'BANK_RETURN' AND v.state <> 'VOIDED'
                   AND v.event IN ('E09', 'E10', 'E14')
                 GROUP BY v.source_id) AS booked ON booked.source_id = r.id
           WHERE r.state <> 'APPLIED' OR booked.amount <> r.success_total""",
    ),
    Invariant(
        "P12b",
        "退票重发批次的回盘按E14记账，其他批次不按E14记账",
        """SELECT 'voucher ' || v.id AS subject,
                  format('event %s, batch %s of kind %s', v.event, b.number, b.kind) AS detail
           FROM funds_voucher AS v JOIN payouts_bankreturn AS r ON r.id = v.source_id
           JOIN payouts_paymentbatch AS b ON b.id = r.batch_id
           WHERE v.source_kind = 'BANK_RETURN' AND v.state <> 'VOIDED'
             AND v.event <> 'REVERSAL' AND v.corrects_id IS NULL
             AND (b.kind = 'REISSUE') <> (v.event = 'E14')""",
    ),
)
