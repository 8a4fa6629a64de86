DELETE FROM accounts_statetransition
WHERE table_name IN ('funds_custodyitem', 'funds_custodytransfer');
DROP TRIGGER guard_custody_use ON funds_custodyuse;
DROP TRIGGER guard_custody_transfer ON funds_custodytransfer;
DROP TRIGGER guard_custody ON funds_custodyitem;
DROP FUNCTION funds_guard_custody_use();
DROP FUNCTION funds_guard_custody_transfer();
DROP FUNCTION funds_guard_custody();
