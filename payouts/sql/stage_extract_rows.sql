-- Make the session's temporary table for one extract's rows, empty; gone when the transaction
-- ends.
-- No parameters. Returns nothing. Repeatable within a transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_extract_rows (
    line_number integer NOT NULL,
    person_key text NOT NULL,
    identity_masked text NOT NULL,
    name text NOT NULL,
    place text NOT NULL,
    status text NOT NULL,
    last_month date,
    contributed_months smallint,
    unit_number text NOT NULL,
    unit_name text NOT NULL,
    amount numeric(18, 2)
) ON COMMIT DROP;
TRUNCATE staged_extract_rows;
