-- What entries answer: an open entry they clear, or a posted line that comes back.

-- What is cleared: booked, earlier, of a kind that fits, and never below zero.
CREATE FUNCTION funds_check_clearing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE target funds_fundsentry; taken numeric;
BEGIN
    SELECT * INTO target FROM funds_fundsentry WHERE id = NEW.clears_id FOR NO KEY UPDATE;
    PERFORM FROM funds_voucher  -- as a reversal locks it
    WHERE source_kind = 'FUNDS_ENTRY' AND source_id = NEW.clears_id FOR NO KEY UPDATE;
    IF target.id IS NULL OR target.book_id <> NEW.book_id OR target.state <> 'BOOKED'
       OR target.entry_date > NEW.entry_date OR NOT EXISTS (SELECT FROM funds_voucher AS v
                      WHERE v.source_kind = 'FUNDS_ENTRY' AND v.source_id = target.id
                        AND v.state = 'POSTED'
                        AND NOT EXISTS (SELECT FROM funds_voucher AS r
                                        WHERE r.reverses_id = v.id AND r.state <> 'VOIDED'))
       OR (target.kind, NEW.event) NOT IN (
            ('UNKNOWN_RECEIPT', 'E29'), ('UNKNOWN_RECEIPT', 'E33'), ('ADVANCE_PAID', 'E31B'),
            ('ADVANCE_PAID', 'E32'), ('LOAN_RECEIVED', 'E30B'), ('LOAN_RECEIVED', 'E30C')) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_clears_what_is_booked',
            MESSAGE = 'nothing posted to clear';
    END IF;
    SELECT coalesce(sum(amount), 0) INTO taken FROM funds_fundsentry
    WHERE clears_id = NEW.clears_id AND id <> NEW.id AND state IN ('SIGNING', 'BOOKED');
    IF taken + NEW.amount > target.amount THEN
        RAISE check_violation USING CONSTRAINT = 'entry_clears_at_most_what_is_open',
            MESSAGE = format('%s of %s taken', taken, target.amount);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_clearing BEFORE INSERT OR UPDATE ON funds_fundsentry
    FOR EACH ROW WHEN (NEW.clears_id IS NOT NULL AND NEW.state IN ('SIGNING', 'BOOKED'))
    EXECUTE FUNCTION funds_check_clearing();

-- What is returned: a line of a posted voucher, in the event of its year, and no more than it.
CREATE FUNCTION funds_check_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE origin record; taken numeric; is_same_year boolean;
BEGIN
    PERFORM FROM funds_voucher WHERE id = NEW.original_id FOR NO KEY UPDATE;
    SELECT v.voucher_date, a.code, l.organisation_id, l.item_code, l.batch_number,
           CASE WHEN NEW.kind = 'PREMIUM_REFUND' THEN l.credit ELSE l.debit END AS amount
    INTO origin
    FROM funds_voucher AS v JOIN funds_voucherline AS l ON l.voucher_id = v.id
    JOIN funds_ledgeraccount AS a ON a.id = l.account_id
    WHERE v.id = NEW.original_id AND l.position = NEW.original_position
      AND v.state = 'POSTED' AND v.book_id = NEW.book_id AND v.voucher_date <= NEW.entry_date
      AND left(a.code, 4) = ANY (CASE WHEN NEW.kind = 'PREMIUM_REFUND' THEN ARRAY['4001']
                                      ELSE ARRAY['5001', '5104', '5105'] END)
      AND NOT EXISTS (SELECT FROM funds_voucher AS r
                      WHERE r.reverses_id = v.id AND r.state <> 'VOIDED');
    IF origin.code IS NULL OR (origin.code, origin.organisation_id, origin.item_code,
                               origin.batch_number)
       IS DISTINCT FROM (NEW.account_code, NEW.organisation_id, NEW.item_code,
                         NEW.batch_number) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_answers_a_posted_line',
            MESSAGE = 'no such line of a posted voucher';
    END IF;
    is_same_year := extract(year FROM origin.voucher_date) = extract(year FROM NEW.entry_date);
    IF NEW.event IN ('E05', 'E11', 'E13') AND NOT is_same_year
       OR NEW.event IN ('E06', 'E12') AND is_same_year THEN
        RAISE check_violation USING CONSTRAINT = 'entry_event_follows_the_years',
            MESSAGE = format('%s for an original of %s', NEW.event, origin.voucher_date);
    END IF;
    SELECT coalesce(sum(amount), 0) INTO taken FROM funds_fundsentry
    WHERE original_id = NEW.original_id AND original_position = NEW.original_position
      AND id <> NEW.id AND state <> 'WITHDRAWN';
    IF taken + NEW.amount > origin.amount THEN
        RAISE check_violation USING CONSTRAINT = 'entry_returns_at_most_the_original',
            MESSAGE = format('%s of %s returned', taken, origin.amount);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_return BEFORE INSERT OR UPDATE ON funds_fundsentry
    FOR EACH ROW WHEN (NEW.original_id IS NOT NULL AND NEW.state <> 'WITHDRAWN')
    EXECUTE FUNCTION funds_check_return();
