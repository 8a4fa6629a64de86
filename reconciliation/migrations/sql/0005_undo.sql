DROP TRIGGER check_superseding ON reconciliation_officestatement;
DROP FUNCTION reconciliation_check_superseding();
