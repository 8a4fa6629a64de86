DROP TRIGGER check_allotted_funds ON payouts_paymentbatch;
DROP FUNCTION payouts_check_allotted_funds();
