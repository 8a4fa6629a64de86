-- As before deposits and bonds: write-offs alone wait for a second signature.
CREATE OR REPLACE FUNCTION funds_check_entry_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_write_off boolean := NEW.event IN ('E32', 'E33');
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> (CASE WHEN is_write_off THEN 'SIGNING' ELSE 'BOOKED' END) THEN
            RAISE check_violation USING CONSTRAINT = 'entry_starts_unapproved',
                MESSAGE = format('an entry cannot start as %s', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
        IF OLD.state NOT IN ('RETURNED', 'BOOKED') OR NEW.state NOT IN ('SIGNING', 'BOOKED')
           OR (NEW.pool_id, NEW.book_id, NEW.number, NEW.kind, NEW.round)
              IS DISTINCT FROM (OLD.pool_id, OLD.book_id, OLD.number, OLD.kind, OLD.round + 1)
           OR EXISTS (SELECT FROM funds_voucher
                      WHERE source_kind = 'FUNDS_ENTRY' AND source_id = NEW.id
                        AND state <> 'VOIDED') THEN
            RAISE check_violation USING CONSTRAINT = 'entry_booked_never_changes',
                MESSAGE = format('entry %s has a voucher', OLD.number);
        END IF;
    END IF;
    IF is_write_off AND NEW.state = 'BOOKED' AND NOT is_signed(
            'FUNDS_ENTRY', NEW.id, NEW.round, NEW.content_sha256, ARRAY['PREPARE', 'APPROVE'])
       OR NOT is_write_off AND NEW.state IN ('SIGNING', 'RETURNED') THEN
        RAISE check_violation USING CONSTRAINT = 'entry_write_off_signed_by_two',
            MESSAGE = 'a write-off is approved by the head of finance';
    END IF;
    IF is_write_off AND NEW.state = 'BOOKED' AND NOT EXISTS (
            SELECT FROM accounts_attachment
            WHERE subject_kind = 'FUNDS_ENTRY' AND subject_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_write_off_has_its_scan',
            MESSAGE = 'the approval document is kept with a write-off';
    END IF;
    IF NEW.state = 'WITHDRAWN' AND OLD.state <> 'WITHDRAWN'
       AND (funds_entry_stands(NEW.id)
            OR EXISTS (SELECT FROM funds_fundsentry
                       WHERE clears_id = NEW.id AND state IN ('SIGNING', 'BOOKED'))) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_withdrawn_leaves_nothing',
            MESSAGE = 'its voucher stands, or other entries clear it';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION funds_interest_differs(funds_fundsentry);
