-- Vouchers of an earlier release: the wider states, and what the new columns say about them.

ALTER TABLE funds_voucher NO FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_voucherline NO FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_ledgeraccount NO FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_voucher DISABLE TRIGGER USER;

UPDATE funds_voucher AS v
SET is_cash = f.touches_cash AND v.event <> 'E35',
    edge_id = (SELECT id FROM funds_flowedge AS e WHERE e.rule_id = v.event
               AND (e.from_place, e.to_place) = (f.from_place, f.to_place))
FROM funds_flow_of(ARRAY(SELECT id FROM funds_voucher)) AS f WHERE f.voucher_id = v.id;
-- Entered by hand without an event: what moved money had no rule, the rest only moved figures.
UPDATE funds_voucher SET event = CASE WHEN is_cash THEN 'SPECIAL' ELSE 'RECLASS' END
WHERE event = 'MANUAL';
UPDATE funds_voucher SET state = 'APPROVAL' WHERE state = 'CHECKED';

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE funds_voucher ENABLE TRIGGER USER;
ALTER TABLE funds_ledgeraccount FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_voucherline FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_voucher FORCE ROW LEVEL SECURITY;
