DROP TRIGGER refuse_unknown_transition ON funds_bankaccount;
DELETE FROM accounts_statetransition WHERE table_name = 'funds_bankaccount';
DROP TRIGGER refuse_closing_unless_empty ON funds_bankaccount;
DROP FUNCTION funds_check_account_empty();
DROP TRIGGER guard_bank_account ON funds_bankaccount;
DROP FUNCTION funds_guard_bank_account();
