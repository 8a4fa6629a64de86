-- Read one case with what its pages show of the rows beside it.
--   case_id  payouts_benefitcase.id
--   reach    organisation ids: the case was taken in, or is paid, by one of these
-- Returns one row or none, with columns as common.db.read_objects takes them; the account and the
-- insured and paying office are null where the case has none yet. Only reads.
SELECT c.id, c.pool_id, c.number, c.item_id, c.claimant_id, c.check_list_id, c.organisation_id,
       c.insured_organisation_id, c.paying_organisation_id, c.channel, c.service_mode,
       c.is_special_group, c.agent_name, c.agent_identity_masked, c.agent_relation,
       c.leaving_reason, c.unemployed_date, c.registered_date, c.applied_date, c.payee_account_id,
       c.contributed_months, c.carried_months, c.months_granted, c.monthly_amount, c.first_month,
       c.computation, c.review_depth, c.feedback, c.feedback_text, c.feedback_document_id,
       c.decision_document_id, c.draft_cipher, c.state, c.round, c.content_sha256,
       c.entered_by_id, c.entered_at, c.due_date,
       i.id AS item__id, i.code AS item__code, i.name AS item__name,
       i.risk_level AS item__risk_level, i.review_depth AS item__review_depth,
       k.id AS claimant__id, k.person_key AS claimant__person_key, k.name AS claimant__name,
       k.identity_masked AS claimant__identity_masked, k.phone_masked AS claimant__phone_masked,
       k.sex AS claimant__sex, k.birth_date AS claimant__birth_date,
       o.id AS organisation__id, o.short_name AS organisation__short_name,
       n.id AS insured_organisation__id, n.short_name AS insured_organisation__short_name,
       p.id AS paying_organisation__id, p.short_name AS paying_organisation__short_name,
       p.region_code AS paying_organisation__region_code,
       a.id AS payee_account__id, a.kind AS payee_account__kind,
       a.number_masked AS payee_account__number_masked, a.bank_name AS payee_account__bank_name,
       a.holder_name AS payee_account__holder_name,
       u.id AS entered_by__id, u.name AS entered_by__name
FROM payouts_benefitcase AS c
JOIN payouts_benefititem AS i ON i.id = c.item_id
JOIN payouts_claimant AS k ON k.id = c.claimant_id
JOIN accounts_organisation AS o ON o.id = c.organisation_id
JOIN accounts_user AS u ON u.id = c.entered_by_id
LEFT JOIN accounts_organisation AS n ON n.id = c.insured_organisation_id
LEFT JOIN accounts_organisation AS p ON p.id = c.paying_organisation_id
LEFT JOIN payouts_payeeaccount AS a ON a.id = c.payee_account_id
WHERE c.id = %(case_id)s
  AND (c.organisation_id = ANY(%(reach)s) OR c.paying_organisation_id = ANY(%(reach)s))
