-- Move the recorded claims' cases to the next state. Parameters: state.
UPDATE payouts_benefitcase AS c SET state = %(state)s
FROM staged_claims AS s JOIN staged_kinds AS k ON k.number = s.kind
WHERE c.id = s.case_id AND k.is_recorded
