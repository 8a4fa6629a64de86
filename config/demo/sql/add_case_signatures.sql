-- Write the signatures of the staged claims' chain, one person per step. Parameters: pool_id.
INSERT INTO accounts_signature (
    pool_id, subject_kind, subject_id, round, step, person_id, post_id, organisation_id, decision,
    opinion, content_sha256, signed_at)
SELECT %(pool_id)s, 'CASE', case_id, 1, staff.step, staff.user_id, staff.post, k.office_id,
       'APPROVE', staff.opinion, content_sha256,
       entered_at + (k.determined_at - entered_at) * staff.place
FROM staged_claims
JOIN staged_kinds AS k ON k.number = kind
JOIN staged_staff AS staff ON staff.organisation_id = k.office_id
ORDER BY case_id, staff.place
