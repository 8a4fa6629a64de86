-- A bank account opens and closes by a request that two people sign; nothing else changes.

SELECT seal_tenant_table('funds_bankaccountreview');
SELECT make_insert_only('funds_bankaccountreview');

CREATE FUNCTION funds_guard_bank_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE step text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.is_founding THEN
            IF NEW.state <> 'ACTIVE' OR NOT EXISTS (
                SELECT FROM accounts_pool
                WHERE id = NEW.pool_id AND founded_at = transaction_timestamp()) THEN
                RAISE check_violation USING CONSTRAINT = 'bank_account_founding_only_at_founding',
                    MESSAGE = 'first accounts belong to the founding transaction';
            END IF;
        ELSIF NEW.state <> 'OPENING' THEN
            RAISE check_violation USING CONSTRAINT = 'bank_account_opens_by_request',
                MESSAGE = format('an account cannot start as %s', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.book_id, NEW.kind, NEW.owner, NEW.organisation_id, NEW.bank_name, NEW.number_key,
        NEW.number_cipher, NEW.number_masked, NEW.ledger_account_id, NEW.opened_date,
        NEW.opening_approval, NEW.is_founding)
       IS DISTINCT FROM
       (OLD.book_id, OLD.kind, OLD.owner, OLD.organisation_id, OLD.bank_name, OLD.number_key,
        OLD.number_cipher, OLD.number_masked, OLD.ledger_account_id, OLD.opened_date,
        OLD.opening_approval, OLD.is_founding)
       OR OLD.state IN ('CLOSED', 'REFUSED')
       OR ((NEW.round, NEW.content_sha256) IS DISTINCT FROM (OLD.round, OLD.content_sha256)
           AND NOT (OLD.state = 'ACTIVE' AND NEW.state = 'CLOSING'))
       OR ((NEW.closed_date, NEW.closing_approval)
           IS DISTINCT FROM (OLD.closed_date, OLD.closing_approval)
           AND (OLD.state, NEW.state) NOT IN (('ACTIVE', 'CLOSING'), ('CLOSING', 'ACTIVE'))) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_account_never_changes',
            MESSAGE = 'close the account and open another';
    END IF;
    step := CASE WHEN NEW.state = 'CLOSED' THEN 'CLOSE'
                 WHEN NEW.state = 'ACTIVE' AND OLD.state = 'OPENING' THEN 'OPEN' END;
    IF step IS NOT NULL AND NOT is_signed('BANK_ACCOUNT', NEW.id, NEW.round, NEW.content_sha256,
                                          ARRAY[step, 'APPROVE']) THEN
        RAISE check_violation USING CONSTRAINT = 'bank_account_signed_by_two',
            MESSAGE = 'applicant and head of finance are two people';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_bank_account BEFORE INSERT OR UPDATE ON funds_bankaccount
    FOR EACH ROW EXECUTE FUNCTION funds_guard_bank_account();

-- What is closed is empty: in the books, in what is not yet posted, and at the bank.
CREATE FUNCTION funds_check_account_empty() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE accounts bigint[]; balance numeric; moved bigint; at_bank numeric; rule text;
BEGIN
    SELECT array_agg(a.id) INTO accounts
    FROM funds_ledgeraccount AS a JOIN funds_ledgeraccount AS own ON own.id = NEW.ledger_account_id
    WHERE a.book_id = NEW.book_id AND left(a.code, 4) = left(own.code, 4);
    SELECT coalesce(sum(debit - credit), 0), count(*) INTO balance, moved
    FROM funds_accountbalance WHERE account_id = ANY (accounts);
    SELECT s.closing_balance INTO at_bank FROM funds_bankstatement AS s
    WHERE s.bank_account_id = NEW.id ORDER BY s.until_date DESC LIMIT 1;
    rule := CASE
        WHEN balance <> 0 THEN 'bank_account_closes_at_zero'
        WHEN EXISTS (SELECT FROM funds_voucherline AS l JOIN funds_voucher AS v
                     ON v.id = l.voucher_id
                     WHERE l.account_id = ANY (accounts) AND v.state NOT IN ('POSTED', 'VOIDED'))
            THEN 'bank_account_without_unfinished_vouchers'
        WHEN at_bank <> 0 OR (at_bank IS NULL AND moved > 0) THEN 'bank_account_statement_at_zero'
    END;
    IF rule IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = rule,
            MESSAGE = format('books %s, bank %s', balance, at_bank);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_closing_unless_empty BEFORE UPDATE ON funds_bankaccount
    FOR EACH ROW WHEN (NEW.state IN ('CLOSING', 'CLOSED') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION funds_check_account_empty();

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_bankaccount', 'OPENING', 'ACTIVE'),
    ('funds_bankaccount', 'OPENING', 'REFUSED'),
    ('funds_bankaccount', 'ACTIVE', 'CLOSING'),
    ('funds_bankaccount', 'CLOSING', 'ACTIVE'),
    ('funds_bankaccount', 'CLOSING', 'CLOSED');
SELECT guard_transitions('funds_bankaccount');
