DROP TRIGGER check_allotment_voucher ON funds_voucher;
DROP FUNCTION funds_check_allotment_voucher();
DROP TRIGGER check_allotment ON funds_fundsallotment;
DROP FUNCTION funds_check_allotment();
DROP FUNCTION funds_flaw_of_letters(funds_fundsuseplan, text[]);
