DROP TRIGGER check_special_voucher ON funds_voucher;
DROP FUNCTION funds_check_special_voucher();
DROP TRIGGER check_flow_findings ON funds_period;
DROP FUNCTION funds_check_flow_findings();
DELETE FROM accounts_statetransition WHERE table_name = 'funds_flowfinding';
DROP TRIGGER guard_flow_finding ON funds_flowfinding;
DROP FUNCTION funds_guard_flow_finding();
