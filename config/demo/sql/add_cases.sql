-- Write the staged claims as cases: as drafts when their intake steps follow, as determined when
-- they are taken over from the earlier system. Parameters: pool_id, item_id, check_list_id.
INSERT INTO payouts_benefitcase (
    id, pool_id, number, item_id, claimant_id, check_list_id, organisation_id,
    insured_organisation_id, paying_organisation_id, channel, service_mode, is_special_group,
    agent_name, agent_identity_cipher, agent_identity_masked, agent_relation, leaving_reason,
    unemployed_date, registered_date, applied_date, payee_account_id, contributed_months,
    carried_months, months_granted, monthly_amount, first_month, computation, review_depth,
    feedback, feedback_text, draft_cipher, state, round, content_sha256, entered_by_id,
    entered_at, due_date, changed_at)
SELECT case_id, %(pool_id)s, case_number, %(item_id)s, claimant_id, %(check_list_id)s, office_id,
       insured_office_id, office_id, channel, 'IN_PERSON', false, '', '', '', '', leaving_reason,
       unemployed_date, registered_date, applied_date, account_id, contributed_months, 0,
       months_granted, monthly_amount, first_month, computation, review_depth, 'RECEIPT',
       '材料齐全，予以受理', '',
       CASE WHEN is_recorded THEN 'DRAFT' ELSE 'DETERMINED' END, 1, content_sha256,
       staff.user_id, entered_at, due_date, determined_at
FROM staged_claims
JOIN staged_staff AS staff ON staff.organisation_id = office_id AND staff.step = 'ACCEPT'
