-- A bank statement begins the day after the account's last one ended, with what that one ended on,
-- and its movements lead from its opening to its closing balance (R02).
CREATE FUNCTION funds_check_statement_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
    SELECT until_date, closing_balance INTO last FROM funds_bankstatement
    WHERE pool_id = NEW.pool_id AND bank_account_id = NEW.bank_account_id
    ORDER BY until_date DESC LIMIT 1;
    IF FOUND AND (NEW.from_date, NEW.opening_balance)
                 IS DISTINCT FROM (last.until_date + 1, last.closing_balance) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_statement_follows_the_last',
            MESSAGE = format('the last one ended on %s with %s', last.until_date,
                             last.closing_balance);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_statement_follows BEFORE INSERT ON funds_bankstatement
    FOR EACH ROW EXECUTE FUNCTION funds_check_statement_follows();

-- At commit, when the lines are there.
CREATE FUNCTION funds_check_statement_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE movement numeric; lines bigint;
BEGIN
    SELECT coalesce(sum(credit - debit), 0), count(*) INTO movement, lines
    FROM funds_bankstatementline WHERE pool_id = NEW.pool_id AND statement_id = NEW.id;
    IF NEW.opening_balance + movement <> NEW.closing_balance OR lines <> NEW.line_count THEN
        RAISE check_violation USING CONSTRAINT = 'bank_statement_movements_lead_to_its_closing',
            MESSAGE = format('%s lines move %s from %s to %s', lines, movement,
                             NEW.opening_balance, NEW.closing_balance);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_statement_sums AFTER INSERT ON funds_bankstatement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_check_statement_sums();
