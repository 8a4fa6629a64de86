-- Stage the next attempt of failed payments whose re-issue was approved.
-- Parameters: reissue_ids bigint[].
-- Leaves: temporary table new_instruction, the same shape as stage_plan_instructions.
-- Requests in any other state are left out. Replaces an earlier staging, so it may run twice.
DROP TABLE IF EXISTS pg_temp.new_instruction;
CREATE TEMP TABLE new_instruction ON COMMIT DROP AS
SELECT row_number() OVER ordered AS position,
       l.id AS plan_line_id, r.id AS reissue_id, f.attempt + 1 AS attempt,
       a.holder_name AS payee_name, a.id AS payee_account_id, l.amount,
       sum(l.amount) OVER (ordered ROWS UNBOUNDED PRECEDING) AS running_total,
       sha256(convert_to(concat_ws('|', a.holder_name, a.number_key, a.bank_number, l.amount,
           i.name || to_char(l.benefit_month, 'YYYYMM'), to_char(l.benefit_month, 'YYYYMM')),
           'UTF8')) AS line_sha256
FROM payouts_reissuerequest AS r
JOIN payouts_paymentinstruction AS f ON f.id = r.failed_instruction_id
JOIN payouts_disbursementplanline AS l ON l.id = r.plan_line_id
JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
JOIN payouts_benefititem AS i ON i.id = p.item_id
JOIN payouts_payeeaccount AS a ON a.id = r.payee_account_id
WHERE r.id = ANY (%(reissue_ids)s::bigint[]) AND r.state = 'APPROVED'
WINDOW ordered AS (ORDER BY r.id);
CREATE UNIQUE INDEX new_instruction_position ON new_instruction (position);
ANALYZE new_instruction;
