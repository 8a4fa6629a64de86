-- Make the temporary table that takes a tax list's rows by COPY.
--
-- No parameters. Amounts are yuan. Returns nothing. The table is this session's own and goes
-- with its transaction, so another run starts empty.
CREATE TEMPORARY TABLE staged_tax_lines (
    position integer, organisation_id bigint, tax_office text, credit_code text, unit_name text,
    kind text, unit_part numeric(18, 2), person_part numeric(18, 2), treasury_date date
) ON COMMIT DROP
