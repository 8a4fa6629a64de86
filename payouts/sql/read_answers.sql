-- Read the bank's letters about a batch, the newest first.
--   batch_id  payouts_paymentbatch.id
-- Returns columns as common.db.read_objects takes them. Only reads.
SELECT l.id, l.pool_id, l.batch_id, l.was_taken, l.receipt, l.reference, l.answered_on, l.note,
       l.letter_id, l.state, l.recorded_by_id, l.recorded_at,
       b.id AS batch__id, b.number AS batch__number, b.line_count AS batch__line_count,
       b.total_amount AS batch__total_amount,
       o.id AS batch__organisation__id, o.short_name AS batch__organisation__short_name,
       d.id AS letter__id, d.file_name AS letter__file_name,
       u.id AS recorded_by__id, u.name AS recorded_by__name
FROM payouts_bankanswer AS l
JOIN payouts_paymentbatch AS b ON b.id = l.batch_id
JOIN accounts_organisation AS o ON o.id = b.organisation_id
JOIN accounts_document AS d ON d.id = l.letter_id
JOIN accounts_user AS u ON u.id = l.recorded_by_id
WHERE l.batch_id = %(batch_id)s
ORDER BY l.id DESC
