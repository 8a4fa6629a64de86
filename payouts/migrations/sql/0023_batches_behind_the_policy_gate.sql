-- A batch of 稳岗返还, 技能提升补贴 or 一次性扩岗补助 is neither made nor released while last
-- year's balance shuts the gate: the posting gate would come after the money has left the bank.
CREATE FUNCTION payouts_check_policy_gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE day date := (coalesce(NEW.released_at, NEW.created_at) AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF EXISTS (SELECT FROM payouts_benefititem AS i
               WHERE i.id = NEW.item_id AND left(i.ledger_code, 4) IN ('5104', '5105'))
       AND funds_is_policy_gate_shut(NEW.book_id, day) THEN
        RAISE check_violation USING CONSTRAINT = 'batch_policy_gate_open',
            MESSAGE = 'last year''s balance does not pay the months that subsidies ask for';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_policy_gate BEFORE INSERT ON payouts_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION payouts_check_policy_gate();
CREATE TRIGGER check_policy_gate_at_release BEFORE UPDATE ON payouts_paymentbatch
    FOR EACH ROW WHEN (NEW.released_at IS NOT NULL AND OLD.released_at IS NULL)
    EXECUTE FUNCTION payouts_check_policy_gate();
