-- A budget is complete before it is signed, goes its chain in order, and is then never changed.

SELECT seal_tenant_table('funds_budget');
SELECT seal_tenant_table('funds_budgetline');
SELECT seal_tenant_table('funds_budgetassumption');
SELECT seal_tenant_table('funds_budgettarget');
SELECT seal_tenant_table('funds_budgetconfirmation');
SELECT make_insert_only('funds_budgetconfirmation');

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('funds_budget', 'DRAFT', 'HEAD'),
    ('funds_budget', 'HEAD', 'TAX'),
    ('funds_budget', 'TAX', 'HR'),
    ('funds_budget', 'HR', 'FINANCE'),
    ('funds_budget', 'FINANCE', 'JOINT'),
    ('funds_budget', 'JOINT', 'SUBMITTED'),
    ('funds_budget', 'SUBMITTED', 'APPROVED'),
    ('funds_budget', 'HEAD', 'RETURNED'),
    ('funds_budget', 'TAX', 'RETURNED'),
    ('funds_budget', 'HR', 'RETURNED'),
    ('funds_budget', 'FINANCE', 'RETURNED'),
    ('funds_budget', 'JOINT', 'RETURNED'),
    ('funds_budget', 'SUBMITTED', 'RETURNED'),
    ('funds_budget', 'RETURNED', 'DRAFT'),
    ('funds_budget', 'DRAFT', 'WITHDRAWN'),
    ('funds_budget', 'RETURNED', 'WITHDRAWN'),
    ('funds_budget', 'APPROVED', 'REPLACED');
SELECT guard_transitions('funds_budget');

-- Lines, factors and targets follow their budget while it is a draft, and no longer.
CREATE FUNCTION funds_guard_budget_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for a signing in progress.
    PERFORM FROM funds_budget WHERE id = NEW.budget_id AND state = 'DRAFT' FOR SHARE;
    IF NOT FOUND OR TG_OP = 'UPDATE' AND NEW.budget_id <> OLD.budget_id THEN
        RAISE check_violation USING CONSTRAINT = 'budget_changes_as_a_draft',
            MESSAGE = 'only a draft changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_budget_part BEFORE INSERT OR UPDATE ON funds_budgetline
    FOR EACH ROW EXECUTE FUNCTION funds_guard_budget_part();
CREATE TRIGGER guard_budget_part BEFORE INSERT OR UPDATE ON funds_budgetassumption
    FOR EACH ROW EXECUTE FUNCTION funds_guard_budget_part();
CREATE TRIGGER guard_budget_part BEFORE INSERT OR UPDATE ON funds_budgettarget
    FOR EACH ROW EXECUTE FUNCTION funds_guard_budget_part();

-- The name of what a draft still lacks, null if it may be signed.
CREATE FUNCTION funds_flaw_of_budget(budget funds_budget) RETURNS text
LANGUAGE sql STABLE AS $$
    WITH line AS (SELECT * FROM funds_budgetline WHERE budget_id = budget.id)
    SELECT CASE
        WHEN (SELECT array_agg(line ORDER BY line COLLATE "C") FROM line) IS DISTINCT FROM ARRAY[
            'I01', 'I02', 'I03', 'I04', 'I05', 'I06', 'I07', 'O011', 'O012', 'O013', 'O014',
            'O015', 'O02', 'O03', 'O04', 'O05', 'O06', 'O07']::varchar[]
            THEN 'budget_has_every_line'
        WHEN NOT (SELECT sum(amount) FILTER (WHERE line LIKE 'I%') = budget.income_amount
                         AND sum(amount) FILTER (WHERE line LIKE 'O%') = budget.expenditure_amount
                  FROM line)
            THEN 'budget_totals_tie'
        WHEN EXISTS (SELECT FROM line WHERE formula = 'ENTERED' AND amount > 0
                     AND explanation = '')
            THEN 'budget_line_explained'
        WHEN (SELECT count(*) FROM funds_budgetassumption WHERE budget_id = budget.id) <> 6
            THEN 'budget_names_six_factors'
        WHEN (SELECT sum(amount) FROM funds_budgettarget WHERE budget_id = budget.id)
             IS DISTINCT FROM (SELECT amount FROM line WHERE line = 'I01')
            THEN 'budget_targets_tie'
        WHEN budget.closing_amount < 0 THEN 'budget_in_balance'
    END
$$;

-- The name of what the letters of a budget's round are wrong in, null if they are right.
CREATE FUNCTION funds_flaw_of_budget_letters(budget funds_budget, steps text[]) RETURNS text
LANGUAGE sql STABLE AS $$
    WITH letter AS (
        SELECT o.id, o.decided_date, o.recorded_by_id, c.confirmed_by_id,
               array_position(steps, o.step::text) AS place
        FROM accounts_outsidedecision AS o
        LEFT JOIN funds_budgetconfirmation AS c
            ON c.decision_id = o.id AND c.budget_id = budget.id
        WHERE o.pool_id = budget.pool_id AND o.subject_kind = 'BUDGET'
          AND o.subject_id = budget.id AND o.round = budget.round AND o.decision = 'APPROVE'
          AND o.evidence_id IS NOT NULL AND o.content_sha256 = budget.content_sha256
          AND o.step = ANY (steps)
    )
    SELECT CASE
        WHEN count(*) <> cardinality(steps) THEN 'budget_answered_in_order'
        WHEN count(confirmed_by_id) <> cardinality(steps)
             OR bool_or(confirmed_by_id = recorded_by_id)
             OR EXISTS (SELECT FROM accounts_signature AS s
                        JOIN letter AS l ON l.confirmed_by_id = s.person_id
                        WHERE s.pool_id = budget.pool_id AND s.subject_kind = 'BUDGET'
                          AND s.subject_id = budget.id AND s.round = budget.round)
            THEN 'budget_letters_confirmed_by_another'
        WHEN EXISTS (SELECT FROM letter AS one JOIN letter AS later ON later.place > one.place
                     WHERE later.decided_date < one.decided_date)
            THEN 'budget_letters_dated_in_order'
    END FROM letter
$$;

CREATE FUNCTION funds_guard_budget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE flaw text; signed text[]; answered text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'DRAFT' OR NEW.round <> 1
           OR NEW.version <> 1 + (
               SELECT coalesce(max(version), 0) FROM funds_budget
               WHERE book_id = NEW.book_id AND year = NEW.year)
           OR NEW.replaces_id IS DISTINCT FROM (
               SELECT id FROM funds_budget WHERE book_id = NEW.book_id AND year = NEW.year
                   AND state = 'APPROVED') THEN
            RAISE check_violation USING CONSTRAINT = 'budget_starts_as_a_draft',
                MESSAGE = 'a first draft, or one that adjusts the budget in force';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.book_id, NEW.year, NEW.version, NEW.replaces_id, NEW.drafted_at)
       IS DISTINCT FROM (OLD.book_id, OLD.year, OLD.version, OLD.replaces_id, OLD.drafted_at)
       OR NEW.round <> OLD.round + (OLD.state = 'RETURNED' AND NEW.state = 'DRAFT')::int
       OR OLD.state <> 'DRAFT' AND
       (NEW.opening_amount, NEW.income_amount, NEW.expenditure_amount, NEW.closing_amount,
        NEW.content_sha256, NEW.cause, NEW.reason, NEW.drafted_by_id)
       IS DISTINCT FROM
       (OLD.opening_amount, OLD.income_amount, OLD.expenditure_amount, OLD.closing_amount,
        OLD.content_sha256, OLD.cause, OLD.reason, OLD.drafted_by_id)
       OR OLD.state = 'APPROVED' AND NEW.approved_at IS DISTINCT FROM OLD.approved_at THEN
        RAISE check_violation USING CONSTRAINT = 'budget_changes_as_a_draft',
            MESSAGE = 'only a draft changes';
    END IF;
    signed := CASE WHEN NEW.state = 'HEAD' THEN ARRAY['PREPARE']
        WHEN NEW.state IN ('TAX', 'HR', 'FINANCE', 'JOINT', 'SUBMITTED', 'APPROVED')
        THEN ARRAY['PREPARE', 'PRINCIPAL'] END;
    IF signed IS NULL THEN RETURN NEW; END IF;
    IF NOT is_signed('BUDGET', NEW.id, NEW.round, NEW.content_sha256, signed) THEN
        RAISE check_violation USING CONSTRAINT = 'budget_signed_in_order',
            MESSAGE = 'preparer and principal head are two people';
    END IF;
    flaw := funds_flaw_of_budget(NEW);
    IF flaw IS NULL THEN
        answered := CASE NEW.state WHEN 'HR' THEN ARRAY['TAX']
            WHEN 'FINANCE' THEN ARRAY['TAX', 'HR']
            WHEN 'JOINT' THEN ARRAY['TAX', 'HR', 'FINANCE']
            WHEN 'SUBMITTED' THEN ARRAY['TAX', 'HR', 'FINANCE', 'JOINT']
            WHEN 'APPROVED' THEN ARRAY['TAX', 'HR', 'FINANCE', 'JOINT', 'GOVERNMENT']
            ELSE '{}' END;
        flaw := funds_flaw_of_budget_letters(NEW, answered);
    END IF;
    IF flaw IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = flaw,
            MESSAGE = format('budget %s %s cannot go on', NEW.year, NEW.version);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_budget BEFORE INSERT OR UPDATE ON funds_budget
    FOR EACH ROW EXECUTE FUNCTION funds_guard_budget();

-- A version in force gives way to an approved one, never to nothing.
CREATE FUNCTION funds_check_replaced_budget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_budget WHERE replaces_id = NEW.id
                   AND state IN ('APPROVED', 'REPLACED')) THEN
        RAISE check_violation USING CONSTRAINT = 'budget_replaced_by_an_approved_one',
            MESSAGE = 'the adjustment is not approved';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_replaced_budget AFTER UPDATE ON funds_budget
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'REPLACED' AND OLD.state <> 'REPLACED')
    EXECUTE FUNCTION funds_check_replaced_budget();

-- Who compares a letter with its paper neither recorded it nor signed the budget's round.
CREATE FUNCTION funds_guard_budget_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_outsidedecision AS o JOIN funds_budget AS b ON b.id = o.subject_id
        WHERE o.id = NEW.decision_id AND o.subject_kind = 'BUDGET' AND b.id = NEW.budget_id
          AND o.round = b.round AND o.recorded_by_id <> NEW.confirmed_by_id
          AND NOT EXISTS (SELECT FROM accounts_signature AS s
                          WHERE s.pool_id = b.pool_id AND s.subject_kind = 'BUDGET'
                            AND s.subject_id = b.id AND s.round = b.round
                            AND s.person_id = NEW.confirmed_by_id)) THEN
        RAISE check_violation USING CONSTRAINT = 'budget_letters_confirmed_by_another',
            MESSAGE = 'a second person confirms a letter';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_budget_confirmation BEFORE INSERT ON funds_budgetconfirmation
    FOR EACH ROW EXECUTE FUNCTION funds_guard_budget_confirmation();

-- The line of 收支表 that an account's turnover belongs to; null for balance accounts.
CREATE FUNCTION funds_line_of_account(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        CASE left(code, 6)
            WHEN '500101' THEN 'O011' WHEN '500102' THEN 'O012' WHEN '500103' THEN 'O013'
            WHEN '500104' THEN 'O014' WHEN '500105' THEN 'O015' END,
        CASE left(code, 4)
            WHEN '4001' THEN 'I01' WHEN '4101' THEN 'I02' WHEN '4201' THEN 'I03'
            WHEN '4301' THEN 'I04' WHEN '4401' THEN 'I05' WHEN '4402' THEN 'I06'
            WHEN '4501' THEN 'I07' WHEN '5104' THEN 'O02' WHEN '5105' THEN 'O03'
            WHEN '5201' THEN 'O04' WHEN '5301' THEN 'O05' WHEN '5302' THEN 'O06'
            WHEN '5401' THEN 'O07' END)
$$;
