-- A gap sheet ties with its shares and with the books, two people sign it, and it never changes.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY['funds_gapsheet', 'funds_gapshare']) AS t;
SELECT make_insert_only('funds_gapshare');

-- Premiums and expenditure of a book from January to a month, by office; the row without an office
-- holds all income of the book and all its expenditure. The period-end close is left out.
CREATE FUNCTION funds_gap_figures(book bigint, january date, until date)
RETURNS TABLE (organisation_id bigint, income numeric, expenditure numeric)
LANGUAGE sql STABLE AS $$
    SELECT b.organisation_id,
           CASE WHEN grouping(b.organisation_id) = 1
               THEN coalesce(sum(b.credit - b.debit) FILTER (WHERE left(a.code, 1) = '4'), 0)
               ELSE coalesce(sum(b.credit - b.debit) FILTER (WHERE left(a.code, 4) = '4001'), 0)
           END,
           coalesce(sum(b.debit - b.credit) FILTER (WHERE left(a.code, 1) = '5'), 0)
    FROM funds_accountbalance AS b
    JOIN funds_period AS p ON p.id = b.period_id
    JOIN funds_ledgeraccount AS a ON a.id = b.account_id
    WHERE p.book_id = book AND p.month BETWEEN january AND until AND NOT b.is_closing
    GROUP BY GROUPING SETS ((), (b.organisation_id))
    HAVING grouping(b.organisation_id) = 1 OR b.organisation_id IS NOT NULL
$$;

CREATE FUNCTION funds_gap_shares_tie(sheet funds_gapsheet) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(for_shortfall + of_rest), 0) + sheet.pool_share = sheet.gap
    FROM funds_gapshare WHERE sheet_id = sheet.id
$$;

-- The shares come in one statement, before the first signature, and make the gap exactly.
CREATE FUNCTION funds_check_gap_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for a signing in progress.
    PERFORM FROM funds_gapsheet WHERE id IN (SELECT sheet_id FROM added) FOR SHARE;
    IF EXISTS (SELECT FROM accounts_signature AS s JOIN added AS a ON a.sheet_id = s.subject_id
               WHERE s.subject_kind = 'GAP_SHARE' AND s.pool_id = a.pool_id) THEN
        RAISE check_violation USING CONSTRAINT = 'gap_sheet_never_changes',
            MESSAGE = 'shares come before the first signature';
    END IF;
    IF EXISTS (SELECT FROM funds_gapsheet AS s
               WHERE s.id IN (SELECT sheet_id FROM added) AND NOT funds_gap_shares_tie(s)) THEN
        RAISE check_violation USING CONSTRAINT = 'gap_sheet_ties',
            MESSAGE = 'the shares and the share of the pool are not the gap';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_gap_shares AFTER INSERT ON funds_gapshare REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION funds_check_gap_shares();

CREATE FUNCTION funds_check_gap_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'WAITING' THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_starts_unsigned',
                MESSAGE = format('a sheet cannot start as %s', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'state' - 'signed_at' <> to_jsonb(OLD) - 'state' - 'signed_at'
       OR (OLD.state <> 'WAITING' AND NEW.signed_at IS DISTINCT FROM OLD.signed_at) THEN
        RAISE check_violation USING CONSTRAINT = 'gap_sheet_never_changes',
            MESSAGE = 'prepare a new version';
    END IF;
    IF NEW.state = 'VOIDED' AND OLD.state = 'SIGNED' THEN
        IF NOT EXISTS (SELECT FROM funds_gapsheet AS s
                       WHERE (s.book_id, s.year, s.state) = (NEW.book_id, NEW.year, 'WAITING')
                         AND s.version > NEW.version
                         AND is_signed('GAP_SHARE', s.id, s.round, s.content_sha256,
                                       ARRAY['PREPARE', 'APPROVE'])) THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_voided_by_a_later_one',
                MESSAGE = 'only a signed later version voids a signed sheet';
        END IF;
        IF funds_drawn_for(NEW.id) > 0 THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_with_draws_stays',
                MESSAGE = 'the reserve was drawn on for this sheet';
        END IF;
    END IF;
    IF NEW.state = 'SIGNED' AND OLD.state = 'WAITING' THEN
        IF NOT is_signed('GAP_SHARE', NEW.id, NEW.round, NEW.content_sha256,
                         ARRAY['PREPARE', 'APPROVE']) THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_signed_by_two',
                MESSAGE = 'who prepares and who approves are two people';
        END IF;
        IF NOT funds_gap_shares_tie(NEW) THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_ties',
                MESSAGE = 'the shares and the share of the pool are not the gap';
        END IF;
        IF EXISTS (
            SELECT FROM funds_gap_figures(NEW.book_id, make_date(NEW.year, 1, 1), NEW.month) AS f
            FULL JOIN (SELECT organisation_id, income, expenditure
                       FROM funds_gapshare WHERE sheet_id = NEW.id
                       UNION ALL SELECT NULL, NEW.income, NEW.expenditure) AS s
                ON coalesce(s.organisation_id, 0) = coalesce(f.organisation_id, 0)
            WHERE coalesce(f.income, 0) <> coalesce(s.income, 0)
               OR coalesce(f.expenditure, 0) <> coalesce(s.expenditure, 0)) THEN
            RAISE check_violation USING CONSTRAINT = 'gap_sheet_equals_the_books',
                MESSAGE = 'the books moved since the sheet was prepared';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_gap_sheet BEFORE INSERT OR UPDATE ON funds_gapsheet
    FOR EACH ROW EXECUTE FUNCTION funds_check_gap_sheet();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_gapsheet', 'WAITING', 'SIGNED'),
    ('funds_gapsheet', 'WAITING', 'RETURNED'),
    ('funds_gapsheet', 'SIGNED', 'VOIDED');
SELECT guard_transitions('funds_gapsheet');
