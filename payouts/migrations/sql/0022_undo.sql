DROP TRIGGER check_budget ON funds_fundsuseplan;
DROP FUNCTION payouts_check_budget();
DROP FUNCTION payouts_budget_use(bigint, date, date, bigint);
