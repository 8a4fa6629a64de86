-- What an earlier release kept on the plan itself becomes the plan's only allotment.

ALTER TABLE funds_fundsuseplan NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_signature NO FORCE ROW LEVEL SECURITY;

INSERT INTO funds_fundsallotment
    (pool_id, plan_id, amount, allotted_date, reference, recorded_by_id, recorded_at)
SELECT p.pool_id, p.id, p.allotted_amount, p.allotted_date, p.allotment_reference, s.person_id,
       p.created_at
FROM funds_fundsuseplan AS p
JOIN accounts_signature AS s ON s.subject_kind = 'FUNDS_PLAN' AND s.subject_id = p.id
    AND s.round = p.round AND s.step = 'PREPARE'
WHERE p.state = 'ALLOTTED';

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_signature FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_fundsuseplan FORCE ROW LEVEL SECURITY;
