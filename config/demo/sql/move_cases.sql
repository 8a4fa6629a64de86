-- Move the staged claims' cases to the next state. Parameters: state.
UPDATE payouts_benefitcase AS c SET state = %(state)s
FROM staged_claims AS s WHERE c.id = s.case_id AND s.is_recorded
