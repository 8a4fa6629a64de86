-- Stage one debit line per paid instruction of some batches and one credit line per voucher.
-- Parameters: batch_ids bigint[]; voucher_ids bigint[]; debit_id, credit_id (ledger accounts).
-- Leaves temporary table bench_line with the columns of funds_voucherline; yuan. Replaces the
-- staging of an earlier call.
DROP TABLE IF EXISTS pg_temp.bench_line;
CREATE TEMP TABLE bench_line AS
WITH paid AS (
    SELECT p.id, p.amount, b.number, b.organisation_id, i.code AS item_code, b.pool_id,
           ntile(cardinality(%(voucher_ids)s::bigint[])) OVER (ORDER BY b.id, p.position) AS place
    FROM payouts_paymentinstruction AS p
    JOIN payouts_paymentbatch AS b ON b.id = p.batch_id
    JOIN payouts_benefititem AS i ON i.id = b.item_id
    WHERE p.batch_id = ANY (%(batch_ids)s) AND p.state = 'SUCCESS'
), debit AS (
    SELECT pool_id, (%(voucher_ids)s::bigint[])[place] AS voucher_id,
           row_number() OVER (PARTITION BY place ORDER BY id) AS position, amount,
           organisation_id, item_code, number
    FROM paid
), line AS (
    SELECT pool_id, voucher_id, position, %(debit_id)s::bigint AS account_id, amount AS debit,
           0.00 AS credit, organisation_id, item_code, number, 1 AS entry_count
    FROM debit
  UNION ALL
    SELECT min(pool_id), voucher_id, count(*) + 1, %(credit_id)s, 0.00, sum(amount),
           min(organisation_id), min(item_code), min(number), count(*)
    FROM debit GROUP BY voucher_id
)
SELECT pool_id, voucher_id, position::integer, account_id, debit::numeric(18, 2),
       credit::numeric(18, 2), '失业保险金'::varchar(200) AS summary, organisation_id,
       item_code, number AS batch_number, entry_count::integer
FROM line ORDER BY voucher_id, position;
ANALYZE bench_line;
