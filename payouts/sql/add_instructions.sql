-- Turn the staged lines into payment instructions of their batches.
-- Parameters: batch_ids bigint[], numbers text[], firsts bigint[], lasts bigint[]: each batch
--   takes the staged positions from its first to its last.
-- Returns: nothing. Run a second time it is refused (instruction_one_live_per_line).
INSERT INTO payouts_paymentinstruction (
    pool_id, batch_id, plan_line_id, position, attempt, end_to_end_id, payee_name,
    payee_account_id, amount, state, fail_code, bank_serial)
SELECT (SELECT current_pool()), b.id, n.plan_line_id, n.position - b.first + 1, n.attempt,
       b.number || '-' || (n.position - b.first + 1), n.payee_name, n.payee_account_id,
       n.amount, 'CREATED', '', ''
FROM unnest(%(batch_ids)s::bigint[], %(numbers)s::text[], %(firsts)s::bigint[],
            %(lasts)s::bigint[]) AS b (id, number, first, last)
JOIN new_instruction AS n ON n.position BETWEEN b.first AND b.last;
