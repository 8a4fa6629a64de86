-- Voucher lines: references checked once per statement; the posting gate once per statement.

SELECT refer_by_statement('funds_voucherline', ARRAY[
    'voucher_id', 'account_id', 'organisation_id']);
ALTER TABLE funds_voucherline DROP CONSTRAINT funds_voucherline_in_pool;

-- Lines belong to a draft. Planned anew each time, see check_references().
CREATE OR REPLACE FUNCTION funds_refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE late bigint;
BEGIN
    -- FOR SHARE waits for a posting in progress; a foreign key's lock would not.
    EXECUTE 'SELECT count(*) FROM (
                 SELECT v.state FROM funds_voucher AS v
                 WHERE v.id IN (SELECT DISTINCT voucher_id FROM added) FOR SHARE) AS locked
             WHERE locked.state <> ''DRAFT''' INTO late;
    IF late > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_posted',
            MESSAGE = 'lines belong to a draft';
    END IF;
    RETURN NULL;
END $$;

-- Posting is the gate: a voucher posts only in balance, signed, in an open period of its own
-- book, with the next number, and nothing changes after it. All vouchers that one statement posts
-- are judged together: one pass over their lines, and numbers that run on to where the period
-- stands. Replaces the gate of 0002, which judged each voucher by itself, with the same refusals.
DROP TRIGGER check_posting ON funds_voucher;
DROP FUNCTION funds_check_posting();

CREATE FUNCTION funds_refuse_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING CONSTRAINT = 'voucher_posted',
        MESSAGE = format('voucher %s is posted', OLD.id);
END $$;
CREATE TRIGGER refuse_posted BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (OLD.state = 'POSTED') EXECUTE FUNCTION funds_refuse_posted();

CREATE FUNCTION funds_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids bigint[]; offence record;
BEGIN
    SELECT array_agg(id) INTO ids FROM new_rows WHERE state = 'POSTED';
    IF ids IS NULL THEN RETURN NULL; END IF;
    PERFORM FROM funds_period
    WHERE id IN (SELECT period_id FROM new_rows WHERE state = 'POSTED') ORDER BY id FOR SHARE;
    EXECUTE $query$
        WITH posted AS (
            SELECT v.*, p.id IS NOT NULL AND p.state = 'OPEN' AS is_open,
                   p.book_id = v.book_id AND date_trunc('month', v.voucher_date) = p.month AS fits,
                   p.last_number
            FROM new_rows AS v
            LEFT JOIN funds_period AS p ON p.id = v.period_id AND p.pool_id = v.pool_id
            WHERE v.state = 'POSTED'
        ), figure AS MATERIALIZED (
            SELECT l.voucher_id, sum(l.debits) AS debits, sum(l.credits) AS credits,
                   sum(l.lines) AS lines, min(a.book_id) AS first_book,
                   max(a.book_id) AS last_book, bool_and(a.is_leaf AND a.is_enabled) AS all_usable
            FROM (SELECT voucher_id, account_id, sum(debit) AS debits, sum(credit) AS credits,
                         count(*) AS lines
                  FROM funds_voucherline WHERE voucher_id = ANY ($1)
                  GROUP BY voucher_id, account_id) AS l
            JOIN funds_ledgeraccount AS a ON a.id = l.account_id
            GROUP BY l.voucher_id
        ), run AS (
            SELECT period_id, count(DISTINCT number) AS numbers, min(number) AS first,
                   max(number) AS last
            FROM posted GROUP BY period_id
        )
        SELECT v.id, CASE
            WHEN NOT v.is_open THEN 'period_closed'
            WHEN NOT v.fits THEN 'voucher_in_its_period'
            WHEN f.voucher_id IS NULL OR f.debits <> f.credits OR f.debits = 0 OR f.lines < 2
                THEN 'voucher_balanced'
            WHEN NOT f.all_usable OR f.first_book <> v.book_id OR f.last_book <> v.book_id
                THEN 'voucher_accounts_usable'
            WHEN NOT is_signed('VOUCHER', v.id, v.round, v.content_sha256,
                               CASE WHEN v.prepared_by_id IS NULL THEN ARRAY['CHECK', 'POST']
                                    ELSE ARRAY['CHECK', 'POST', 'PREPARE'] END)
                THEN 'voucher_signed'
            WHEN r.last IS DISTINCT FROM v.last_number
                 OR r.last - r.first + 1 IS DISTINCT FROM r.numbers THEN 'voucher_number_next'
        END AS refusal
        FROM posted AS v JOIN run AS r ON r.period_id = v.period_id
        LEFT JOIN figure AS f ON f.voucher_id = v.id
        ORDER BY refusal NULLS LAST, v.id LIMIT 1
    $query$ INTO offence USING ids;
    IF offence.refusal IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = offence.refusal,
            MESSAGE = format('voucher %s may not be posted', offence.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_posting AFTER UPDATE ON funds_voucher
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION funds_check_posting();
