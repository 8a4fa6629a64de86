-- Give the staged claims their entitlements, nothing drawn yet. Parameters: pool_id, item_id.
INSERT INTO payouts_entitlement (
    pool_id, case_id, claimant_id, person_key, claimant_name, item_id, organisation_id,
    payee_account_id, contributed_months, months_granted, months_planned, months_paid, first_month,
    state, stop_reason)
SELECT %(pool_id)s, case_id, claimant_id, person_key, name, %(item_id)s, office_id, account_id,
       contributed_months, months_granted, 0, 0, first_month, 'PAYING', ''
FROM staged_claims
