-- The reserve's memo account: two people, a document, never below zero, and once approved for ever.

SELECT seal_tenant_table('funds_reserveentry');

-- What stands drawn from the reserve for a gap sheet; a draw taken back no longer counts.
CREATE FUNCTION funds_drawn_for(sheet bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(d.amount), 0) FROM funds_reserveentry AS d
    WHERE d.gap_sheet_id = sheet AND d.state = 'APPROVED' AND NOT EXISTS (
        SELECT FROM funds_reserveentry AS r WHERE r.reverses_id = d.id AND r.state = 'APPROVED')
$$;

CREATE FUNCTION funds_check_new_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE original funds_reserveentry;
BEGIN
    IF NEW.state <> 'WAITING' THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_starts_unsigned',
            MESSAGE = format('an entry cannot start as %s', NEW.state);
    END IF;
    IF NEW.kind = 'REVERSAL' THEN
        SELECT * INTO original FROM funds_reserveentry WHERE id = NEW.reverses_id FOR SHARE;
        IF original.state IS DISTINCT FROM 'APPROVED' OR original.kind = 'REVERSAL'
           OR (NEW.book_id, NEW.amount, NEW.change)
              IS DISTINCT FROM (original.book_id, original.amount, -original.change) THEN
            RAISE check_violation USING CONSTRAINT = 'reserve_reversal_mirrors',
                MESSAGE = 'a counter entry takes back all of one approved entry';
        END IF;
    ELSIF NEW.change <> (CASE WHEN NEW.kind IN ('DRAW', 'LOWERED')
                              THEN -NEW.amount ELSE NEW.amount END) THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_change_fits_its_kind',
            MESSAGE = format('%s changes the balance by %s', NEW.kind, NEW.change);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_new_reserve BEFORE INSERT ON funds_reserveentry
    FOR EACH ROW EXECUTE FUNCTION funds_check_new_reserve();

CREATE FUNCTION funds_check_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sheet funds_gapsheet;
BEGIN
    IF OLD.state <> 'WAITING'
       OR to_jsonb(NEW) - ARRAY['state', 'approved_at', 'position', 'balance']
          <> to_jsonb(OLD) - ARRAY['state', 'approved_at', 'position', 'balance'] THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_never_changes',
            MESSAGE = 'an entry is taken back by a counter entry only';
    END IF;
    IF NEW.state <> 'APPROVED' THEN
        RETURN NEW;
    END IF;
    IF NOT is_signed('RESERVE', NEW.id, NEW.round, NEW.content_sha256,
                     ARRAY['PREPARE', 'APPROVE']) THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_signed_by_two',
            MESSAGE = 'who prepares and who approves are two people';
    END IF;
    IF NOT EXISTS (SELECT FROM accounts_attachment
                   WHERE subject_kind = 'RESERVE' AND subject_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_has_its_document',
            MESSAGE = 'an entry is approved on its document';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('reserve of book ' || NEW.book_id));
    IF NEW.kind = 'DRAW' THEN
        SELECT * INTO sheet FROM funds_gapsheet WHERE id = NEW.gap_sheet_id FOR NO KEY UPDATE;
        IF (sheet.book_id, sheet.state) IS DISTINCT FROM (NEW.book_id, 'SIGNED') THEN
            RAISE check_violation USING CONSTRAINT = 'reserve_draw_for_a_signed_sheet',
                MESSAGE = 'a draw pays the share of a signed gap sheet of its book';
        END IF;
        IF funds_drawn_for(sheet.id) + NEW.amount > sheet.pool_share THEN
            RAISE check_violation USING CONSTRAINT = 'reserve_draw_within_the_share',
                MESSAGE = 'more than the share of the pool';
        END IF;
    END IF;
    IF NEW.kind = 'CARRIED_UP' AND EXISTS (
        SELECT FROM funds_reserveentry AS e
        WHERE (e.book_id, e.organisation_id, e.state)
              = (NEW.book_id, NEW.organisation_id, 'APPROVED')
          AND NOT EXISTS (SELECT FROM funds_reserveentry AS r
                          WHERE r.reverses_id = e.id AND r.state = 'APPROVED')) THEN
        RAISE check_violation USING CONSTRAINT = 'reserve_carried_up_once',
            MESSAGE = 'the office has no reserve any more';
    END IF;
    SELECT coalesce(max(position), 0) + 1, coalesce(sum(change), 0) + NEW.change
    INTO NEW.position, NEW.balance
    FROM funds_reserveentry WHERE book_id = NEW.book_id AND state = 'APPROVED';
    RETURN NEW;
END $$;
CREATE TRIGGER check_reserve BEFORE UPDATE ON funds_reserveentry
    FOR EACH ROW EXECUTE FUNCTION funds_check_reserve();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_reserveentry', 'WAITING', 'APPROVED'),
    ('funds_reserveentry', 'WAITING', 'RETURNED');
SELECT guard_transitions('funds_reserveentry');
