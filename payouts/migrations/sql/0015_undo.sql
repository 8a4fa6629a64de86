DROP TRIGGER refuse_closing_with_batches ON funds_bankaccount;
DROP FUNCTION payouts_check_account_batches();
