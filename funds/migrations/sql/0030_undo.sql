DELETE FROM accounts_statetransition
WHERE table_name IN ('funds_gapsheet', 'funds_reserveentry');
DROP TRIGGER check_reserve ON funds_reserveentry;
DROP FUNCTION funds_check_reserve();
DROP TRIGGER check_new_reserve ON funds_reserveentry;
DROP FUNCTION funds_check_new_reserve();
DROP TRIGGER check_gap_sheet ON funds_gapsheet;
DROP FUNCTION funds_check_gap_sheet();
DROP TRIGGER check_gap_shares ON funds_gapshare;
DROP FUNCTION funds_check_gap_shares();
DROP FUNCTION funds_gap_shares_tie(funds_gapsheet);
DROP FUNCTION funds_gap_figures(bigint, date, date);
DROP FUNCTION funds_drawn_for(bigint);
