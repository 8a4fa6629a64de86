-- Stage what approved plans still have to pay, in the order in which it will be sent.
-- Parameters: plan_ids bigint[].
-- Leaves: temporary table new_instruction until the transaction ends; amounts in yuan,
--   running_total from the first line on, line_sha256 over what a signature of the batch covers.
-- Lines with an instruction that was not withdrawn are left out: they are paid, on their way, or
--   failed and wait for a re-issue. Replaces the staging of an earlier call, so it may run twice.
DROP TABLE IF EXISTS pg_temp.new_instruction;
CREATE TEMP TABLE new_instruction ON COMMIT DROP AS
SELECT row_number() OVER ordered AS position,
       l.id AS plan_line_id, NULL::bigint AS reissue_id, 1 AS attempt,
       a.holder_name AS payee_name, a.id AS payee_account_id, l.amount,
       sum(l.amount) OVER (ordered ROWS UNBOUNDED PRECEDING) AS running_total,
       sha256(convert_to(concat_ws('|', a.holder_name, a.number_key, a.bank_number, l.amount,
           i.name || to_char(l.benefit_month, 'YYYYMM'), to_char(l.benefit_month, 'YYYYMM')),
           'UTF8')) AS line_sha256
FROM payouts_disbursementplanline AS l
JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
JOIN payouts_benefititem AS i ON i.id = p.item_id
JOIN payouts_payeeaccount AS a ON a.id = l.payee_account_id
WHERE l.plan_id = ANY (%(plan_ids)s::bigint[]) AND l.is_live
  AND NOT EXISTS (SELECT FROM payouts_paymentinstruction AS earlier
                  WHERE earlier.plan_line_id = l.id AND earlier.state <> 'WITHDRAWN')
WINDOW ordered AS (ORDER BY l.plan_id, l.position);
CREATE UNIQUE INDEX new_instruction_position ON new_instruction (position);
ANALYZE new_instruction;
