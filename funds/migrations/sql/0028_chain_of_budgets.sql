-- A budget goes its chain in order; who confirms a letter is another than who recorded it.

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
