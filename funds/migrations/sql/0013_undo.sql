DROP TRIGGER check_source_book ON funds_voucher;
DROP FUNCTION funds_check_voucher_source_book();
ALTER TABLE funds_ledgeraccount DROP CONSTRAINT account_parent_same_book;
ALTER TABLE funds_voucher DROP CONSTRAINT voucher_reverses_same_book;
ALTER TABLE funds_voucher DROP CONSTRAINT voucher_period_same_book;
ALTER TABLE funds_voucher DROP CONSTRAINT voucher_in_book;
ALTER TABLE funds_bankaccount DROP CONSTRAINT bank_account_in_book;
ALTER TABLE funds_ledgeraccount DROP CONSTRAINT account_in_book;
ALTER TABLE funds_period DROP CONSTRAINT period_in_book;
