-- The posting gate of 0004, with the rule, the flow and the five signatures. All vouchers that one
-- statement posts are judged together.
CREATE OR REPLACE FUNCTION funds_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
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
            WHEN q.refusal IS NOT NULL THEN q.refusal
            WHEN NOT is_signed('VOUCHER', v.id, v.round, v.content_sha256,
                               ARRAY['CHECK', 'APPROVE', 'POST']
                               || CASE WHEN v.is_cash THEN ARRAY['CASHIER'] ELSE '{}' END
                               || CASE WHEN v.prepared_by_id IS NULL THEN '{}'
                                       ELSE ARRAY['PREPARE'] END)
                THEN 'voucher_signed'
            WHEN r.last IS DISTINCT FROM v.last_number
                 OR r.last - r.first + 1 IS DISTINCT FROM r.numbers THEN 'voucher_number_next'
        END AS refusal
        FROM posted AS v JOIN run AS r ON r.period_id = v.period_id
        LEFT JOIN figure AS f ON f.voucher_id = v.id
        LEFT JOIN funds_rule_refusals($1) AS q ON q.voucher_id = v.id
        ORDER BY refusal NULLS LAST, v.id LIMIT 1
    $query$ INTO offence USING ids;
    IF offence.refusal IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = offence.refusal,
            MESSAGE = format('voucher %s may not be posted', offence.id);
    END IF;
    RETURN NULL;
END $$;

-- What was signed is what is posted: after drafting only state, number and instant change.
CREATE FUNCTION funds_keep_voucher_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.book_id, NEW.period_id, NEW.voucher_date, NEW.event, NEW.summary, NEW.source_kind,
        NEW.source_id, NEW.attachment_count, NEW.reverses_id, NEW.corrects_id, NEW.edge_id,
        NEW.is_cash, NEW.round, NEW.content_sha256, NEW.prepared_by_id)
       IS DISTINCT FROM
       (OLD.book_id, OLD.period_id, OLD.voucher_date, OLD.event, OLD.summary, OLD.source_kind,
        OLD.source_id, OLD.attachment_count, OLD.reverses_id, OLD.corrects_id, OLD.edge_id,
        OLD.is_cash, OLD.round, OLD.content_sha256, OLD.prepared_by_id) THEN
        RAISE check_violation USING CONSTRAINT = 'voucher_content_never_changes',
            MESSAGE = format('voucher %s: void it and draft another', OLD.id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_voucher_content BEFORE UPDATE ON funds_voucher
    FOR EACH ROW WHEN (OLD.state <> 'POSTED') EXECUTE FUNCTION funds_keep_voucher_content();

DELETE FROM accounts_statetransition WHERE table_name = 'funds_voucher';
INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_voucher', 'DRAFT', 'CASHIER'),
    ('funds_voucher', 'DRAFT', 'APPROVAL'),
    ('funds_voucher', 'CASHIER', 'APPROVAL'),
    ('funds_voucher', 'APPROVAL', 'BOOKING'),
    ('funds_voucher', 'BOOKING', 'POSTED'),
    ('funds_voucher', 'DRAFT', 'VOIDED'),
    ('funds_voucher', 'CASHIER', 'VOIDED'),
    ('funds_voucher', 'APPROVAL', 'VOIDED'),
    ('funds_voucher', 'BOOKING', 'VOIDED');

-- A month closes with no voucher left between draft and posting, and with equal sides.
CREATE OR REPLACE FUNCTION funds_check_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_voucher
               WHERE period_id = NEW.id AND state NOT IN ('POSTED', 'VOIDED')) THEN
        RAISE check_violation USING CONSTRAINT = 'period_without_unfinished_vouchers',
            MESSAGE = 'unposted vouchers stand in the month';
    END IF;
    IF EXISTS (SELECT FROM funds_accountbalance WHERE period_id = NEW.id
               HAVING sum(debit) <> sum(credit)) THEN
        RAISE check_violation USING CONSTRAINT = 'period_in_balance',
            MESSAGE = 'debits and credits of the month differ';
    END IF;
    RETURN NEW;
END $$;

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'fund_app') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE
            ON funds_postingrule, funds_postingaccount, funds_flowedge FROM fund_app;
    END IF;
END $$;
