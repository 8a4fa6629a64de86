-- Give the staged claims their entitlements, nothing drawn yet. Parameters: pool_id, item_id.
INSERT INTO payouts_entitlement (
    pool_id, case_id, claimant_id, person_key, claimant_name, item_id, organisation_id,
    payee_account_id, contributed_months, months_granted, months_planned, months_paid, first_month,
    state, stop_reason)
SELECT %(pool_id)s, case_id, claimant_id, person_key, name, %(item_id)s, k.office_id, account_id,
       k.contributed_months, k.months_granted, 0, 0, k.first_month, 'PAYING', ''
FROM staged_claims JOIN staged_kinds AS k ON k.number = kind
ORDER BY case_id
