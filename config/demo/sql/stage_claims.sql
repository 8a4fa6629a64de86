-- Make the session's temporary table for one portion of the demo's determined claims. Its rows
-- take their ids as they come in, so that rows can name each other early.
-- No parameters. Returns nothing. Gone when the transaction ends.
CREATE TEMPORARY TABLE staged_claims (
    claimant_id bigint NOT NULL DEFAULT nextval('payouts_claimant_id_seq'),
    account_id bigint NOT NULL DEFAULT nextval('payouts_payeeaccount_id_seq'),
    case_id bigint NOT NULL DEFAULT nextval('payouts_benefitcase_id_seq'),
    kind bigint NOT NULL,
    insured_office_id bigint NOT NULL,
    person_key text NOT NULL,
    identity_cipher text NOT NULL,
    identity_masked text NOT NULL,
    identity_last_four text NOT NULL,
    name text NOT NULL,
    sex text NOT NULL,
    birth_date date NOT NULL,
    phone_cipher text NOT NULL,
    phone_masked text NOT NULL,
    number_cipher text NOT NULL,
    number_key text NOT NULL,
    number_masked text NOT NULL,
    bank_name text NOT NULL,
    case_series text NOT NULL,
    case_place integer NOT NULL,
    channel text NOT NULL,
    content_sha256 text NOT NULL,
    entered_at timestamptz NOT NULL
) ON COMMIT DROP
