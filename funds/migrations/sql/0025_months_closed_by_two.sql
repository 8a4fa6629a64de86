-- A month closes and opens again by requests that two people sign each.

SELECT seal_tenant_table('funds_periodrequest');

-- Months that an earlier release closed stay closed, and nobody has signed for them. After the
-- sealing: a reference added over rows is checked under the owner's row-level security.
ALTER TABLE funds_period NO FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_periodrequest NO FORCE ROW LEVEL SECURITY;
INSERT INTO funds_periodrequest
    (pool_id, period_id, kind, reason, figures, state, round, content_sha256, requested_at,
     decided_at, is_earlier)
SELECT pool_id, id, 'CLOSE', '', '{}', 'DONE', 1, '', closed_at, closed_at, true
FROM funds_period WHERE state = 'CLOSED' ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE funds_periodrequest FORCE ROW LEVEL SECURITY;
ALTER TABLE funds_period FORCE ROW LEVEL SECURITY;

CREATE FUNCTION funds_guard_period_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := CASE NEW.kind WHEN 'CLOSE' THEN ARRAY['PREPARE', 'CLOSE']
                                      ELSE ARRAY['APPLY', 'REOPEN'] END;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'WAITING' OR NEW.is_earlier THEN
            RAISE check_violation USING CONSTRAINT = 'period_request_starts_unsigned',
                MESSAGE = format('a request cannot start as %s', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - 'state' - 'decided_at') <> (to_jsonb(OLD) - 'state' - 'decided_at')
       OR OLD.state <> 'WAITING' THEN
        RAISE check_violation USING CONSTRAINT = 'period_request_never_changes',
            MESSAGE = 'make another request';
    END IF;
    IF NEW.state = 'DONE'
       AND NOT is_signed('PERIOD', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
        RAISE check_violation USING CONSTRAINT = 'period_request_signed_by_two',
            MESSAGE = 'who asks and who decides are two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_period_request BEFORE INSERT OR UPDATE ON funds_periodrequest
    FOR EACH ROW EXECUTE FUNCTION funds_guard_period_request();

-- The newest request that is done says what may become of its month. Months close in their order
-- and open again in the opposite one; not under financial statements that are final.
CREATE FUNCTION funds_check_period_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE newest text; rule text;
BEGIN
    SELECT kind INTO newest FROM funds_periodrequest
    WHERE period_id = NEW.id AND state = 'DONE' ORDER BY id DESC LIMIT 1;
    IF NEW.state = 'CLOSED' THEN
        rule := CASE
            WHEN newest IS DISTINCT FROM 'CLOSE' THEN 'period_closed_by_two'
            WHEN EXISTS (SELECT FROM funds_period WHERE book_id = NEW.book_id
                         AND month < NEW.month AND state = 'OPEN') THEN 'period_closed_in_order'
            WHEN extract(month FROM NEW.month) = 12 AND EXISTS (
                SELECT FROM funds_accountbalance AS b
                JOIN funds_period AS p ON p.id = b.period_id
                JOIN funds_ledgeraccount AS a ON a.id = b.account_id
                WHERE p.book_id = NEW.book_id AND p.month <= NEW.month
                  AND left(a.code, 1) IN ('4', '5')
                GROUP BY a.id HAVING sum(b.debit) <> sum(b.credit)) THEN 'year_carried_forward'
        END;
    ELSE
        rule := CASE
            WHEN newest IS DISTINCT FROM 'REOPEN' THEN 'period_reopened_by_two'
            WHEN EXISTS (SELECT FROM funds_period WHERE book_id = NEW.book_id
                         AND month > NEW.month AND state = 'CLOSED')
                THEN 'period_reopened_last_first'
            WHEN EXISTS (SELECT FROM funds_financialstatement WHERE book_id = NEW.book_id
                         AND month >= NEW.month AND state = 'FINAL')
                THEN 'period_under_no_final_statement'
        END;
    END IF;
    IF rule IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = rule,
            MESSAGE = format('month %s of book %s', NEW.month, NEW.book_id);
    END IF;
    RETURN NEW;
END $$;
-- By its name it runs after check_closing and check_returns, which say what is unfinished.
CREATE TRIGGER check_signed BEFORE UPDATE ON funds_period
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION funds_check_period_state();

CREATE FUNCTION funds_refuse_born_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'period_starts_open',
        MESSAGE = format('a month cannot start as %s', NEW.state);
END $$;
CREATE TRIGGER refuse_born_closed BEFORE INSERT ON funds_period
    FOR EACH ROW WHEN (NEW.state <> 'OPEN') EXECUTE FUNCTION funds_refuse_born_closed();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_period', 'CLOSED', 'OPEN'),
    ('funds_periodrequest', 'WAITING', 'DONE'),
    ('funds_periodrequest', 'WAITING', 'REFUSED');
SELECT guard_transitions('funds_periodrequest');
