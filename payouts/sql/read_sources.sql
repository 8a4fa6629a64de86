-- Read what the newest applied extract of each source says about some people.
--   person_keys  text[], the people
-- Returns (kind, data date, month, person key, then in the order of SourceView: name, place,
-- status, last month, contributed months, unit number, unit name): a row for each person found, or
-- one with nulls for an extract that knows none of them. A district is named by the pool's first
-- office there. Only reads.
WITH newest AS (
    SELECT DISTINCT ON (kind) id, kind, data_date, month
    FROM payouts_sourceextract
    WHERE state = 'APPLIED'
    ORDER BY kind, data_date DESC, id DESC
)
SELECT n.kind, n.data_date, n.month, r.person_key, r.name, coalesce(o.short_name, r.place),
       r.status, r.last_month, r.contributed_months, r.unit_number, r.unit_name
FROM newest AS n
LEFT JOIN payouts_sourceextractrow AS r
    ON r.extract_id = n.id AND r.person_key = ANY(%(person_keys)s)
LEFT JOIN LATERAL (
    SELECT short_name FROM accounts_organisation
    WHERE region_code = r.place AND region_code <> '' ORDER BY id LIMIT 1
) AS o ON true
