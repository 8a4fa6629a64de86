-- Intake and review: what only a trigger can keep.

-- The five steps in order, and no step with a mandatory point open.
CREATE FUNCTION payouts_check_intake_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE benefit_case payouts_benefitcase; missing integer;
BEGIN
    SELECT * INTO benefit_case FROM payouts_benefitcase WHERE id = NEW.case_id;
    IF benefit_case.state <> 'DRAFT' OR benefit_case.round <> NEW.round THEN
        RAISE check_violation USING CONSTRAINT = 'intake_step_only_in_draft',
            MESSAGE = 'the case is not being taken in';
    END IF;
    IF NEW.position <> array_position(
        ARRAY['ASK', 'LOOK', 'CHECK', 'RECORD', 'FEED_BACK'], NEW.step::text)
       OR NEW.position <> 1 + (SELECT count(*) FROM payouts_intakestep
                               WHERE case_id = NEW.case_id AND round = NEW.round) THEN
        RAISE check_violation USING CONSTRAINT = 'intake_steps_in_order',
            MESSAGE = format('step %s out of order', NEW.step);
    END IF;
    SELECT count(*) INTO missing FROM payouts_checkquestion AS q
    WHERE q.check_list_id = benefit_case.check_list_id AND q.step = NEW.step AND q.is_mandatory
      AND coalesce(NEW.answers -> q.id::text ->> 'answer', '')
          NOT IN ('YES', 'NO', 'NOT_APPLICABLE');
    IF missing > 0 THEN
        RAISE check_violation USING CONSTRAINT = 'intake_mandatory_points_answered',
            MESSAGE = format('%s mandatory points open', missing);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_intake_step BEFORE INSERT ON payouts_intakestep
    FOR EACH ROW EXECUTE FUNCTION payouts_check_intake_step();

-- A case moves on only as it was signed; signed content does not change within its round.
CREATE FUNCTION payouts_check_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE steps text[] := ARRAY['ACCEPT', 'FIRST_REVIEW', 'RE_REVIEW'];
BEGIN
    IF NEW.round = OLD.round AND NEW.content_sha256 <> OLD.content_sha256
       AND OLD.state NOT IN ('DRAFT', 'SUPPLEMENT') THEN
        RAISE check_violation USING CONSTRAINT = 'case_content_changes_only_in_a_new_round',
            MESSAGE = 'signed content changed';
    END IF;
    IF NEW.state = 'FIRST_REVIEW' AND OLD.state = 'DRAFT' AND 5 <> (
        SELECT count(*) FROM payouts_intakestep WHERE case_id = NEW.id AND round = NEW.round) THEN
        RAISE check_violation USING CONSTRAINT = 'case_five_steps_recorded',
            MESSAGE = 'all five steps are recorded before review';
    END IF;
    IF NEW.state = 'DETERMINED' AND OLD.state <> 'DETERMINED' THEN
        IF NEW.review_depth = 3 THEN steps := steps || 'APPROVE'::text; END IF;
        IF NOT is_signed('CASE', NEW.id, NEW.round, NEW.content_sha256, steps) THEN
            RAISE check_violation USING CONSTRAINT = 'case_signed_by_its_chain',
                MESSAGE = format('case %s lacks signatures of its content', NEW.id);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE UPDATE ON payouts_benefitcase
    FOR EACH ROW EXECUTE FUNCTION payouts_check_case();
