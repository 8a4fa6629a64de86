-- Write the people of temporary table bench_person with accounts, determined cases with the
-- signatures of their chain, and entitlements of 24 months. Parameters: pool_id, item_id,
-- check_list_id, office_id, clerk_id, signer_ids (four, in the order of the steps), at (instant),
-- first_month. Returns how many entitlements were written. Run once.
WITH claimant AS (
    INSERT INTO payouts_claimant (
        pool_id, person_key, identity_cipher, identity_masked, identity_last_four, name, sex,
        birth_date, phone_cipher, phone_masked)
    SELECT %(pool_id)s, person_key, '', '510***********0000', '0000', name, 'MALE',
           '1980-01-01', '', ''
    FROM bench_person ORDER BY serial
    RETURNING id, person_key, name
), account AS (
    INSERT INTO payouts_payeeaccount (
        pool_id, claimant_id, kind, number_cipher, number_key, number_masked, bank_name,
        bank_number, holder_name, created_at)
    SELECT %(pool_id)s, c.id, 'CARD', '', p.number_key, '622848******0000', '中国农业银行',
           '', c.name, %(at)s
    FROM claimant AS c JOIN bench_person AS p ON p.person_key = c.person_key
    RETURNING id, claimant_id
), benefit_case AS (
    INSERT INTO payouts_benefitcase (
        pool_id, number, item_id, claimant_id, check_list_id, organisation_id,
        insured_organisation_id, paying_organisation_id, channel, service_mode,
        is_special_group, agent_name, agent_identity_cipher, agent_identity_masked,
        agent_relation, leaving_reason, unemployed_date, registered_date, applied_date,
        payee_account_id, contributed_months, carried_months, months_granted, monthly_amount,
        first_month, computation, review_depth, feedback, feedback_text, draft_cipher, state,
        round, content_sha256, entered_by_id, entered_at, due_date, changed_at)
    SELECT %(pool_id)s, 'BENCH-' || a.claimant_id, %(item_id)s, a.claimant_id,
           %(check_list_id)s, %(office_id)s, %(office_id)s, %(office_id)s, 'WINDOW', 'IN_PERSON',
           false, '', '', '', '', '01', %(first_month)s, %(first_month)s, %(first_month)s,
           a.id, 120, 0, 24, 1864.00, %(first_month)s, '[]', 3, 'RECEIPT', '', '', 'DETERMINED',
           1, repeat('0', 64), %(clerk_id)s, %(at)s, %(first_month)s, %(at)s
    FROM account AS a
    RETURNING id, claimant_id, payee_account_id
), signature AS (
    INSERT INTO accounts_signature (
        pool_id, subject_kind, subject_id, round, step, person_id, post_id, organisation_id,
        decision, opinion, content_sha256, signed_at)
    SELECT %(pool_id)s, 'CASE', b.id, 1, s.step, s.person_id, s.post_id, %(office_id)s, 'APPROVE',
           '', repeat('0', 64), %(at)s
    FROM benefit_case AS b
    CROSS JOIN unnest(%(signer_ids)s::bigint[], ARRAY['ACC', 'REV1', 'REV2', 'APP'],
                      ARRAY['ACCEPT', 'FIRST_REVIEW', 'RE_REVIEW', 'APPROVE'])
        AS s (person_id, post_id, step)
), entitlement AS (
    INSERT INTO payouts_entitlement (
        pool_id, case_id, claimant_id, person_key, claimant_name, item_id, organisation_id,
        payee_account_id, contributed_months, months_granted, months_planned, months_paid,
        first_month, state, stop_reason)
    SELECT %(pool_id)s, b.id, c.id, c.person_key, c.name, %(item_id)s, %(office_id)s,
           b.payee_account_id, 120, 24, 0, 0, %(first_month)s, 'PAYING', ''
    FROM benefit_case AS b JOIN claimant AS c ON c.id = b.claimant_id
    RETURNING id
)
SELECT count(*) FROM entitlement;
