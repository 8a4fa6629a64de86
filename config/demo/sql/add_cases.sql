-- Write the staged claims as cases: as drafts when their intake steps follow, as determined when
-- they are taken over from the earlier system. Parameters: pool_id, item_id, check_list_id,
-- first_numbers (JSON text: the first number of each series in this portion).
INSERT INTO payouts_benefitcase (
    id, pool_id, number, item_id, claimant_id, check_list_id, organisation_id,
    insured_organisation_id, paying_organisation_id, channel, service_mode, is_special_group,
    agent_name, agent_identity_cipher, agent_identity_masked, agent_relation, leaving_reason,
    unemployed_date, registered_date, applied_date, payee_account_id, contributed_months,
    carried_months, months_granted, monthly_amount, first_month, computation, review_depth,
    feedback, feedback_text, draft_cipher, state, round, content_sha256, entered_by_id,
    entered_at, due_date, changed_at)
SELECT case_id, %(pool_id)s,
       case_series || '-' || lpad((first.number::integer + case_place - 1)::text, 6, '0'),
       %(item_id)s, claimant_id, %(check_list_id)s, k.office_id, insured_office_id, k.office_id,
       channel, 'IN_PERSON', false, '', '', '', '', k.leaving_reason, k.unemployed_date,
       k.registered_date, k.applied_date, account_id, k.contributed_months, 0, k.months_granted,
       k.monthly_amount, k.first_month, k.computation, k.review_depth, 'RECEIPT',
       '材料齐全，予以受理', '',
       CASE WHEN k.is_recorded THEN 'DRAFT' ELSE 'DETERMINED' END, 1, content_sha256,
       staff.user_id, entered_at, k.due_date, k.determined_at
FROM staged_claims
JOIN staged_kinds AS k ON k.number = kind
JOIN staged_staff AS staff ON staff.organisation_id = k.office_id AND staff.step = 'ACCEPT'
JOIN jsonb_each_text(%(first_numbers)s::jsonb) AS first (series, number)
    ON first.series = case_series
ORDER BY case_id
