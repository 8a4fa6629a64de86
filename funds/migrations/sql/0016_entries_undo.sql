UPDATE funds_postingrule SET sources = '{}'
WHERE event IN ('E05', 'E06', 'E11', 'E12', 'E13', 'E32', 'E33');
DROP TRIGGER check_reversal ON funds_voucher;
DROP FUNCTION funds_check_reversal();
DROP TRIGGER check_posting_of_entries ON funds_voucher;
DROP FUNCTION funds_check_entry_posting();
DROP TRIGGER check_return ON funds_fundsentry;
DROP FUNCTION funds_check_return();
DROP TRIGGER check_clearing ON funds_fundsentry;
DROP FUNCTION funds_check_clearing();
DROP TRIGGER check_entry_state ON funds_fundsentry;
DROP FUNCTION funds_check_entry_state();
DROP FUNCTION funds_entry_stands(bigint);
DROP TRIGGER refuse_unknown_transition ON funds_fundsentry;
DELETE FROM accounts_statetransition WHERE table_name = 'funds_fundsentry';
