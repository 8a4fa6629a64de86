-- Write the claimants of the staged claims. Parameters: pool_id.
INSERT INTO payouts_claimant (
    id, pool_id, person_key, identity_cipher, identity_masked, identity_last_four, name, sex,
    birth_date, phone_cipher, phone_masked)
SELECT claimant_id, %(pool_id)s, person_key, identity_cipher, identity_masked, identity_last_four,
       name, sex, birth_date, phone_cipher, phone_masked
FROM staged_claims
