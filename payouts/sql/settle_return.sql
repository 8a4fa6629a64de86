-- Apply a return file that matched its batch: fates of the instructions, lines of the return,
-- months paid of the entitlements, in one statement.
-- Parameters: return_id, batch_id, bank_date. Reads temporary table return_line.
-- Returns: instructions settled, return lines written, entitlements moved on.
-- Repeatable: an instruction that is not SENT any more is left alone, and
--   return_line_once_per_instruction refuses a second line.
WITH settled AS (
    UPDATE payouts_paymentinstruction AS i
    SET state = CASE WHEN r.status = '00' THEN 'SUCCESS' ELSE 'FAILED' END,
        fail_code = r.reason, bank_serial = r.bank_serial, bank_date = %(bank_date)s
    FROM return_line AS r
    WHERE i.batch_id = %(batch_id)s AND i.end_to_end_id = r.end_to_end_id AND i.state = 'SENT'
    RETURNING i.id, i.plan_line_id, i.amount, i.state, i.fail_code, i.bank_serial, r.line
), written AS (
    INSERT INTO payouts_bankreturnline (pool_id, bank_return_id, position, instruction_id, amount,
                                        is_success, fail_code, bank_serial)
    SELECT (SELECT current_pool()), %(return_id)s, s.line - 1, s.id, s.amount,
           s.state = 'SUCCESS', s.fail_code, s.bank_serial
    FROM settled AS s
    RETURNING id
), paid AS (
    UPDATE payouts_entitlement AS e
    SET months_paid = e.months_paid + gained.months,
        state = CASE WHEN e.state = 'PAYING' AND e.months_paid + gained.months = e.months_granted
                     THEN 'FINISHED' ELSE e.state END
    FROM (SELECT l.entitlement_id, count(*) AS months
          FROM settled AS s JOIN payouts_disbursementplanline AS l ON l.id = s.plan_line_id
          WHERE s.state = 'SUCCESS' GROUP BY l.entitlement_id) AS gained
    WHERE e.id = gained.entitlement_id
    RETURNING e.id
)
SELECT (SELECT count(*) FROM settled), (SELECT count(*) FROM written), (SELECT count(*) FROM paid);
