DROP TRIGGER check_statements ON funds_period;
DROP FUNCTION reconciliation_check_closing();
