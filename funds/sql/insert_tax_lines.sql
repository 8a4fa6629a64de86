-- Insert the staged rows of a tax income list.
--
-- Parameters: pool_id, income_list_id. Amounts are yuan. Returns nothing.
-- Runs once per list: a second run would violate tax_line_position_once and change nothing.
INSERT INTO funds_taxincomeline
    (pool_id, income_list_id, position, organisation_id, tax_office, credit_code, unit_name,
     kind, unit_part, person_part, treasury_date)
SELECT %(pool_id)s, %(income_list_id)s, position, organisation_id, tax_office, credit_code,
       unit_name, kind, unit_part, person_part, treasury_date
FROM staged_tax_lines
ORDER BY position
