-- Make the session's temporary table of what claims of one office, day and contribution time have
-- in common. No parameters. Returns nothing. Gone when the transaction ends.
CREATE TEMPORARY TABLE staged_kinds (
    number bigint PRIMARY KEY,
    office_id bigint NOT NULL,
    leaving_reason text NOT NULL,
    unemployed_date date NOT NULL,
    registered_date date NOT NULL,
    applied_date date NOT NULL,
    due_date date NOT NULL,
    contributed_months smallint NOT NULL,
    months_granted smallint NOT NULL,
    monthly_amount numeric(18, 2) NOT NULL,
    first_month date NOT NULL,
    review_depth smallint NOT NULL,
    computation jsonb NOT NULL,
    determined_at timestamptz NOT NULL,
    is_recorded boolean NOT NULL
) ON COMMIT DROP
