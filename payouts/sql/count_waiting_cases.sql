-- Count the cases that the tabs 待办 and 已退回 of a person hold, as waiting_cases() and the tab's
-- own query select them (payouts/selectors/cases.py; a test compares both).
--
-- Parameters: user_id; readable, accepting, first_review, re_review, approving: ids of the offices
-- (bigint[]) over which his post holds the duty. Returns one row (waiting, returned). Reads only.
SELECT (
    SELECT count(*) FROM payouts_benefitcase AS c
    WHERE (
        (c.state IN ('DRAFT', 'RETURNED') AND c.organisation_id = ANY (%(accepting)s))
        OR (
            (
                (c.state = 'FIRST_REVIEW' AND c.paying_organisation_id = ANY (%(first_review)s))
                OR (c.state = 'RE_REVIEW' AND c.paying_organisation_id = ANY (%(re_review)s))
                OR (c.state = 'APPROVAL' AND c.paying_organisation_id = ANY (%(approving)s))
            )
            AND NOT EXISTS (
                SELECT FROM accounts_signature AS s
                WHERE s.subject_kind = 'CASE' AND s.subject_id = c.id AND s.round = c.round
                  AND s.person_id = %(user_id)s
            )
        )
    )
    AND NOT EXISTS (
        SELECT FROM payouts_claimant AS p
        JOIN accounts_user AS u ON u.person_key = p.person_key AND u.person_key <> ''
        WHERE p.id = c.claimant_id AND u.id = %(user_id)s
    )
), (
    SELECT count(*) FROM payouts_benefitcase AS c
    WHERE c.state IN ('SUPPLEMENT', 'RETURNED')
      AND (c.organisation_id = ANY (%(readable)s) OR c.paying_organisation_id = ANY (%(readable)s))
)
