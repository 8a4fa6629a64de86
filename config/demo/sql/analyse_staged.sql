-- Tell the planner how large the transaction's temporary tables are. No parameters.
ANALYZE staged_claims, staged_kinds, staged_staff
