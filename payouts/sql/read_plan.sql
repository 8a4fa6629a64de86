-- Read one plan with what its pages show of the rows beside it.
--   plan_id  payouts_disbursementplan.id
-- Returns one row or none, with columns as common.db.read_objects takes them: the annotations of
-- payouts.selectors.plans.plan_rows, and null for a job that is not there. Only reads.
SELECT p.id, p.pool_id, p.number, p.organisation_id, p.item_id, p.month, p.comparison_run_id,
       p.line_count, p.total_amount, p.largest_amount, p.needs_principal, p.state, p.round,
       p.content_sha256, p.prepared_by_id, p.prepared_at, p.approved_at, p.job_id,
       p.application_form_id, p.application_details_id,
       EXISTS (SELECT FROM payouts_paymentapplication WHERE plan_id = p.id) AS has_application,
       (SELECT b.number FROM payouts_batchplan AS s JOIN payouts_paymentbatch AS b
            ON b.id = s.batch_id
        WHERE s.plan_id = p.id AND s.is_live LIMIT 1) AS batch_number,
       o.id AS organisation__id, o.short_name AS organisation__short_name,
       i.id AS item__id, i.code AS item__code, i.name AS item__name,
       u.id AS prepared_by__id, u.name AS prepared_by__name,
       j.id AS job__id, j.kind AS job__kind, j.title AS job__title, j.state AS job__state,
       j.done AS job__done, j.total AS job__total, j.error AS job__error,
       j.report_id AS job__report_id, j.result_url AS job__result_url,
       j.is_stoppable AS job__is_stoppable, j.created_at AS job__created_at,
       j.finished_at AS job__finished_at, j.requested_by_id AS job__requested_by_id,
       j.organisation_id AS job__organisation_id,
       r.id AS job__requested_by__id, r.name AS job__requested_by__name,
       q.id AS job__organisation__id, q.short_name AS job__organisation__short_name
FROM payouts_disbursementplan AS p
JOIN accounts_organisation AS o ON o.id = p.organisation_id
JOIN payouts_benefititem AS i ON i.id = p.item_id
JOIN accounts_user AS u ON u.id = p.prepared_by_id
LEFT JOIN accounts_job AS j ON j.id = p.job_id
LEFT JOIN accounts_user AS r ON r.id = j.requested_by_id
LEFT JOIN accounts_organisation AS q ON q.id = j.organisation_id
WHERE p.id = %(plan_id)s
