DROP TRIGGER check_return_book ON funds_voucher;
DROP FUNCTION payouts_check_return_voucher_book();
DROP TRIGGER check_line_book ON funds_fundsuseplanline;
DROP FUNCTION payouts_check_funds_line_book();
ALTER TABLE payouts_paymentbatch DROP CONSTRAINT batch_account_same_book;
DROP TRIGGER check_batch_book ON payouts_paymentbatch;
DROP FUNCTION payouts_check_batch_book();
