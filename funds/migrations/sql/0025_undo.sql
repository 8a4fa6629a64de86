DROP TRIGGER refuse_born_closed ON funds_period;
DROP FUNCTION funds_refuse_born_closed();
DROP TRIGGER check_signed ON funds_period;
DROP FUNCTION funds_check_period_state();
DROP TRIGGER guard_period_request ON funds_periodrequest;
DROP FUNCTION funds_guard_period_request();
DELETE FROM accounts_statetransition
WHERE table_name = 'funds_periodrequest'
   OR (table_name, from_state, to_state) = ('funds_period', 'CLOSED', 'OPEN');
