-- Sum a tax income list by kind and office: the credit side of its voucher E01.
--
-- Parameters: income_list_id. Returns (kind, organisation_id, amount in yuan, lines), one row
-- per kind and office with money, in the order of kind and office. Reads only.
SELECT kind, organisation_id, sum(unit_part + person_part) AS amount, count(*) AS lines
FROM funds_taxincomeline
WHERE income_list_id = %(income_list_id)s
GROUP BY kind, organisation_id
HAVING sum(unit_part + person_part) > 0
ORDER BY kind, organisation_id
