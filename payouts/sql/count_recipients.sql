-- Count who was paid an item in several spans of days, and what: by office and altogether.
--
-- Parameters: since and until (date[], inclusive, one pair per span); item_code. Returns (place
-- of the span from 1, organisation_id or null for all offices, persons, yuan). By the bank's day
-- of successful instructions; a person counts once per row, whoever paid him. Spans without a
-- payment are left out. Reads only.
SELECT r.place, p.organisation_id, count(DISTINCT l.person_key) AS persons, sum(i.amount) AS amount
FROM unnest(%(since)s::date[], %(until)s::date[]) WITH ORDINALITY AS r (since, until, place)
JOIN payouts_paymentinstruction AS i
    ON i.state = 'SUCCESS' AND i.bank_date BETWEEN r.since AND r.until
JOIN payouts_disbursementplanline AS l ON l.id = i.plan_line_id AND l.item_code = %(item_code)s
JOIN payouts_disbursementplan AS p ON p.id = l.plan_id
GROUP BY GROUPING SETS ((r.place, p.organisation_id), (r.place))
