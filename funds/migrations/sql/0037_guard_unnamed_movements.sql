-- A movement with the outside that no voucher names is explained by a posted voucher of an edge
-- it may take, or approved as special business; until then its month stays open.

SELECT carry_pool_in_keys('funds_flowfinding');

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_flowfinding', 'OPEN', 'EXPLAINED'),
    ('funds_flowfinding', 'RETURNED', 'EXPLAINED'),
    ('funds_flowfinding', 'EXPLAINED', 'OPEN'),
    ('funds_flowfinding', 'EXPLAINED', 'RETURNED');

-- A voucher explains movements of its own book, account, edge and direction, up to its amount,
-- while it is posted and not reversed. The lock lets one movement claim a voucher at a time.
CREATE FUNCTION funds_check_explained_finding() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved numeric;
BEGIN
    PERFORM FROM funds_voucher WHERE id = NEW.voucher_id FOR NO KEY UPDATE;
    SELECT sum(CASE WHEN NEW.to_place = 'OUTSIDE' THEN l.credit - l.debit
                    ELSE l.debit - l.credit END) INTO moved
    FROM funds_voucher AS v
    JOIN funds_flowedge AS e ON e.id = v.edge_id
        AND (e.from_place, e.to_place) = (NEW.from_place, NEW.to_place)
    JOIN funds_voucherline AS l ON l.pool_id = v.pool_id AND l.voucher_id = v.id
    JOIN funds_bankaccount AS k ON k.id = NEW.bank_account_id
        AND k.ledger_account_id = l.account_id
    WHERE v.id = NEW.voucher_id AND v.book_id = NEW.book_id AND v.state = 'POSTED'
      AND NOT EXISTS (SELECT FROM funds_voucher AS r
                      WHERE r.reverses_id = v.id AND r.state = 'POSTED');
    IF NEW.kind <> 'UNNAMED' OR coalesce(moved, 0) < NEW.amount + (
        SELECT coalesce(sum(amount), 0) FROM funds_flowfinding
        WHERE voucher_id = NEW.voucher_id AND id <> NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'flow_finding_explained_by_its_business',
            MESSAGE = 'the voucher books no such movement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_explained_finding BEFORE UPDATE ON funds_flowfinding
    FOR EACH ROW WHEN (NEW.state = 'EXPLAINED'
                       AND NEW.voucher_id IS DISTINCT FROM OLD.voucher_id)
    EXECUTE FUNCTION funds_check_explained_finding();

-- Explained stays explained, unless its voucher was reversed.
CREATE FUNCTION funds_check_reopened_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_voucher
                   WHERE reverses_id = OLD.voucher_id AND state = 'POSTED') THEN
        RAISE check_violation USING CONSTRAINT = 'flow_finding_explained_by_its_business',
            MESSAGE = 'the voucher that explains the movement stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_reopened_finding BEFORE UPDATE ON funds_flowfinding
    FOR EACH ROW WHEN (OLD.state = 'EXPLAINED')
    EXECUTE FUNCTION funds_check_reopened_finding();

CREATE OR REPLACE FUNCTION funds_check_flow_findings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_flowfinding AS f
               WHERE f.book_id = NEW.book_id AND f.value_date < NEW.month + interval '1 month'
                 AND (f.state NOT IN ('APPROVED', 'EXPLAINED') OR EXISTS (
                     SELECT FROM funds_voucher AS r
                     WHERE r.reverses_id = f.voucher_id AND r.state = 'POSTED'))) THEN
        RAISE check_violation USING CONSTRAINT = 'period_without_flow_findings',
            MESSAGE = 'a movement without a permitted edge is not answered for';
    END IF;
    RETURN NEW;
END $$;
