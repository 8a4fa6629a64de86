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
