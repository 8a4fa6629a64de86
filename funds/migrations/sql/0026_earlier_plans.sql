-- Plans of an earlier release asked for their payments alone; unfinished ones go round anew.

ALTER TABLE funds_fundsuseplan NO FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_fundsuseplan DISABLE TRIGGER USER;

UPDATE funds_fundsuseplan
SET payments_amount = total_amount, approved_amount = allotted_amount,
    allotted_amount = coalesce(allotted_amount, 0),
    state = CASE WHEN state IN ('SIGNING', 'REQUESTED') THEN 'RETURNED'
                 WHEN state = 'RETURNED' THEN 'WITHDRAWN' ELSE state END;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE funds_fundsuseplan ENABLE TRIGGER USER;
ALTER TABLE funds_fundsuseplan FORCE ROW LEVEL SECURITY;
