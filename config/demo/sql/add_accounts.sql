-- Write the payees' accounts of the staged claims. Parameters: pool_id.
INSERT INTO payouts_payeeaccount (
    id, pool_id, claimant_id, kind, number_cipher, number_key, number_masked, bank_name,
    bank_number, holder_name, created_at)
SELECT account_id, %(pool_id)s, claimant_id, 'CARD', number_cipher, number_key, number_masked,
       bank_name, '', name, entered_at
FROM staged_claims
