-- What a funds-use plan asks for, per office and item, with the disbursement plans behind it.
--
-- Parameters: plan_id. Returns (office, item_code, source_numbers, source_ids, short_numbers,
-- line_count, amount in yuan, short amount) in the order of the offices' codes and the items.
-- Short is what the approved amount did not reach. Reads only.
SELECT o.short_name, l.item_code, array_agg(l.source_number ORDER BY l.id),
       array_agg(l.source_id ORDER BY l.id),
       coalesce(array_agg(l.source_number ORDER BY l.id) FILTER (WHERE l.is_short), '{}'),
       sum(l.line_count), sum(l.amount),
       coalesce(sum(l.amount) FILTER (WHERE l.is_short), 0)
FROM funds_fundsuseplanline AS l
JOIN accounts_organisation AS o ON o.id = l.organisation_id
WHERE l.plan_id = %(plan_id)s
GROUP BY o.code, o.short_name, l.item_code
ORDER BY o.code, l.item_code
