DROP TRIGGER check_return_event ON funds_voucher;
DROP FUNCTION payouts_check_return_voucher_event();
