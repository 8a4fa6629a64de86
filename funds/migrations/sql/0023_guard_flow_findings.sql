-- A movement without an edge stays red until three people have signed its special business.

SELECT seal_tenant_table('funds_flowfinding');

-- What was found never changes; the reason only with a new round; approved only if signed by the
-- accountant, the head of finance and the head of the centre, with its document.
CREATE FUNCTION funds_guard_flow_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'OPEN' OR NOT EXISTS (
            SELECT FROM funds_bankstatementline AS l
            JOIN funds_bankstatement AS s ON s.id = l.statement_id
            JOIN funds_bankaccount AS k ON k.id = s.bank_account_id
            WHERE l.id = NEW.statement_line_id AND k.id = NEW.bank_account_id
              AND k.book_id = NEW.book_id
              AND (l.debit + l.credit, l.value_date) = (NEW.amount, NEW.value_date)) THEN
            RAISE check_violation USING CONSTRAINT = 'flow_finding_starts_from_its_line',
                MESSAGE = 'a finding says what its line says, and starts open';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.book_id, NEW.statement_line_id, NEW.bank_account_id, NEW.counter_account_id, NEW.kind,
        NEW.from_place, NEW.to_place, NEW.amount, NEW.value_date, NEW.found_at)
       IS DISTINCT FROM
       (OLD.book_id, OLD.statement_line_id, OLD.bank_account_id, OLD.counter_account_id, OLD.kind,
        OLD.from_place, OLD.to_place, OLD.amount, OLD.value_date, OLD.found_at)
       OR OLD.state = 'APPROVED'
       OR ((NEW.round, NEW.reason, NEW.content_sha256, NEW.owner_id)
           IS DISTINCT FROM (OLD.round, OLD.reason, OLD.content_sha256, OLD.owner_id)
           AND NOT (NEW.state = 'REVIEW' AND OLD.state <> 'REVIEW' AND NEW.round = OLD.round + 1))
    THEN
        RAISE check_violation USING CONSTRAINT = 'flow_finding_never_changes',
            MESSAGE = 'a finding only goes on to its approval';
    END IF;
    IF NEW.state = 'APPROVED' AND NOT is_signed('SPECIAL_BUSINESS', NEW.id, NEW.round,
            NEW.content_sha256, ARRAY['APPLY', 'REVIEW', 'APPROVE']) THEN
        RAISE check_violation USING CONSTRAINT = 'flow_finding_signed_by_three',
            MESSAGE = 'accountant, head of finance and head of the centre are three people';
    END IF;
    IF NEW.state = 'APPROVED' AND NOT EXISTS (
        SELECT FROM accounts_attachment
        WHERE subject_kind = 'SPECIAL_BUSINESS' AND subject_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'flow_finding_has_its_document',
            MESSAGE = 'special business is approved on a document';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_flow_finding BEFORE INSERT OR UPDATE ON funds_flowfinding
    FOR EACH ROW EXECUTE FUNCTION funds_guard_flow_finding();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_flowfinding', 'OPEN', 'REVIEW'),
    ('funds_flowfinding', 'RETURNED', 'REVIEW'),
    ('funds_flowfinding', 'REVIEW', 'APPROVAL'),
    ('funds_flowfinding', 'REVIEW', 'RETURNED'),
    ('funds_flowfinding', 'APPROVAL', 'APPROVED'),
    ('funds_flowfinding', 'APPROVAL', 'RETURNED');
SELECT guard_transitions('funds_flowfinding');

-- A month does not close over a movement that nobody has answered for.
CREATE FUNCTION funds_check_flow_findings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_flowfinding
               WHERE book_id = NEW.book_id AND state <> 'APPROVED'
                 AND value_date < NEW.month + interval '1 month') THEN
        RAISE check_violation USING CONSTRAINT = 'period_without_flow_findings',
            MESSAGE = 'a movement without a permitted edge is not approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_flow_findings BEFORE UPDATE ON funds_period
    FOR EACH ROW WHEN (NEW.state = 'CLOSED' AND OLD.state <> 'CLOSED')
    EXECUTE FUNCTION funds_check_flow_findings();

-- Special business is drafted from its approval only; the posting gate compares amount and flow.
CREATE FUNCTION funds_check_special_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.source_kind <> 'SPECIAL_BUSINESS' OR NOT EXISTS (
        SELECT FROM funds_flowfinding
        WHERE id = NEW.source_id AND book_id = NEW.book_id AND state = 'APPROVED') THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_has_special_approval',
            MESSAGE = 'no approved special business stands behind the voucher';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_special_voucher BEFORE INSERT ON funds_voucher
    FOR EACH ROW WHEN (NEW.event = 'SPECIAL')
    EXECUTE FUNCTION funds_check_special_voucher();
