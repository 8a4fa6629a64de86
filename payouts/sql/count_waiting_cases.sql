-- Count the cases that wait for a person, those sent back, and those he signed: tabs and queues.
--   user_id, since, steps  whose signatures on cases, from when on, at which steps
--   window, readable       ids of the organisations (bigint[]) where he takes claims in, and whose
--                          cases he may read
--   states, places         text[] and bigint[], one pair for each state he signs at and the id of
--                          an organisation that pays there
--   state, organisation_id, item_id, number, name
--                          what a queue is narrowed to; '' or null narrows nothing, number and
--                          name by how they begin
--   most                   how many waiting cases to count at most; null for all
-- Returns (cases that wait for him, cases sent back, cases signed). Which wait is
-- selectors.cases.waiting_queue, which are sent back the tab 已退回; tests compare. Only reads.
SELECT (
    SELECT count(*) FROM (
        SELECT FROM payouts_benefitcase AS c
        JOIN payouts_claimant AS k ON k.id = c.claimant_id
        WHERE (
            c.state IN ('DRAFT', 'RETURNED') AND c.organisation_id = ANY(%(window)s::bigint[])
            OR c.state = ANY(%(states)s::text[])
               AND (c.state, c.paying_organisation_id) IN (
                   SELECT * FROM unnest(%(states)s::text[], %(places)s::bigint[]))
               AND NOT EXISTS (
                   SELECT FROM accounts_signature AS s
                   WHERE s.subject_kind = 'CASE' AND s.subject_id = c.id AND s.round = c.round
                     AND s.person_id = %(user_id)s)
        )
        AND NOT EXISTS (
            SELECT FROM accounts_user AS u
            WHERE u.id = %(user_id)s AND u.person_key = k.person_key)
        AND (%(state)s = '' OR c.state = %(state)s)
        AND (%(organisation_id)s IS NULL
             OR %(organisation_id)s IN (c.organisation_id, c.paying_organisation_id))
        AND (%(item_id)s IS NULL OR c.item_id = %(item_id)s)
        AND (%(number)s = '' OR c.number ^@ %(number)s)
        AND (%(name)s = '' OR k.name ^@ %(name)s)
        LIMIT %(most)s
    ) AS waiting
), (
    SELECT count(*) FROM payouts_benefitcase
    WHERE state IN ('SUPPLEMENT', 'RETURNED')
      AND (organisation_id = ANY(%(readable)s::bigint[])
           OR paying_organisation_id = ANY(%(readable)s::bigint[]))
), (
    SELECT count(*) FROM accounts_signature
    WHERE person_id = %(user_id)s AND signed_at >= %(since)s AND subject_kind = 'CASE'
      AND step = ANY(%(steps)s)
)
