-- Nothing of a plan is born signed: whichever way a row gets in, it starts at the beginning.
-- payouts_refuse_born_signed(constraint name) is the refusal of 0004.
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_disbursementplan
    FOR EACH ROW WHEN (NEW.state <> 'BUILDING')
    EXECUTE FUNCTION payouts_refuse_born_signed('plan_starts_empty');
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_planunlock
    FOR EACH ROW WHEN (NEW.state <> 'WAITING')
    EXECUTE FUNCTION payouts_refuse_born_signed('unlock_starts_waiting');
CREATE TRIGGER refuse_born_signed BEFORE INSERT ON payouts_comparisonresult
    FOR EACH ROW WHEN (NEW.state = 'CLEARED')
    EXECUTE FUNCTION payouts_refuse_born_signed('comparison_cleared_only_later');
