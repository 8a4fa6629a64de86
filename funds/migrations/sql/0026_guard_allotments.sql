-- Allotments come to no more than was approved, and each is booked as what it was.

SELECT seal_tenant_table('funds_fundsallotment');
SELECT make_insert_only('funds_fundsallotment');

CREATE FUNCTION funds_check_allotment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE plan funds_fundsuseplan;
BEGIN
    -- The lock lets one allotment of a plan pass at a time.
    SELECT * INTO plan FROM funds_fundsuseplan WHERE id = NEW.plan_id FOR NO KEY UPDATE;
    IF plan.state IS DISTINCT FROM 'REQUESTED' THEN
        RAISE check_violation USING CONSTRAINT = 'allotment_of_an_approved_plan',
            MESSAGE = 'the plan awaits no money';
    END IF;
    IF NEW.amount + (SELECT coalesce(sum(amount), 0) FROM funds_fundsallotment
                     WHERE plan_id = NEW.plan_id) > plan.approved_amount THEN
        RAISE check_violation USING CONSTRAINT = 'funds_plan_allotment_within_plan',
            MESSAGE = 'more than was approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_allotment BEFORE INSERT ON funds_fundsallotment
    FOR EACH ROW EXECUTE FUNCTION funds_check_allotment();

UPDATE funds_postingrule SET sources = ARRAY['FUNDS_ALLOTMENT'] WHERE event = 'E08';

CREATE OR REPLACE FUNCTION funds_check_voucher_source_book() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE source_book bigint;
BEGIN
    SELECT book_id INTO source_book FROM funds_taxincomelist
    WHERE id = NEW.source_id AND NEW.source_kind IN ('TAX_INCOME_LIST', 'TREASURY_TRANSFER')
    UNION ALL
    SELECT p.book_id FROM funds_fundsallotment AS a JOIN funds_fundsuseplan AS p ON p.id = a.plan_id
    WHERE a.id = NEW.source_id AND NEW.source_kind = 'FUNDS_ALLOTMENT';
    IF source_book <> NEW.book_id THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_source_same_book',
            MESSAGE = format('source %s %s is of another book', NEW.source_kind, NEW.source_id);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION funds_check_allotment_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM funds_fundsallotment AS a WHERE a.id = NEW.source_id AND a.amount <> (
            SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = NEW.id)) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_equals_its_allotment',
            MESSAGE = 'the voucher books another sum than was allotted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_allotment_voucher BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (NEW.state = 'POSTED' AND OLD.state <> 'POSTED'
                       AND NEW.source_kind = 'FUNDS_ALLOTMENT' AND NEW.corrects_id IS NULL)
    EXECUTE FUNCTION funds_check_allotment_voucher();
