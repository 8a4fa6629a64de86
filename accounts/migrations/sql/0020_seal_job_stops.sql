-- A job is stopped only where that is allowed, by who asked for it, and only on his request.

SELECT seal_tenant_table('accounts_jobstop');
SELECT make_insert_only('accounts_jobstop');

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('accounts_job', 'QUEUED', 'RUNNING'),
    ('accounts_job', 'RUNNING', 'DONE'),
    ('accounts_job', 'RUNNING', 'FAILED'),
    ('accounts_job', 'RUNNING', 'STOPPED');
SELECT guard_transitions('accounts_job');

CREATE FUNCTION accounts_check_job_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_job
                   WHERE pool_id = NEW.pool_id AND id = NEW.job_id AND is_stoppable) THEN
        RAISE check_violation USING CONSTRAINT = 'job_stop_only_where_allowed',
            MESSAGE = format('job %s cannot be stopped', NEW.job_id);
    END IF;
    IF NOT EXISTS (SELECT FROM accounts_job
                   WHERE pool_id = NEW.pool_id AND id = NEW.job_id
                     AND requested_by_id = NEW.asked_by_id) THEN
        RAISE check_violation USING CONSTRAINT = 'job_stop_by_who_asked_for_it',
            MESSAGE = format('job %s was asked for by somebody else', NEW.job_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_job_stop BEFORE INSERT ON accounts_jobstop
    FOR EACH ROW EXECUTE FUNCTION accounts_check_job_stop();

CREATE FUNCTION accounts_check_stopped_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_jobstop
                   WHERE pool_id = NEW.pool_id AND job_id = NEW.id) THEN
        RAISE check_violation USING CONSTRAINT = 'job_stopped_only_on_request',
            MESSAGE = format('nobody asked that job %s be stopped', NEW.id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_stopped_job BEFORE UPDATE OF state ON accounts_job
    FOR EACH ROW WHEN (NEW.state = 'STOPPED' AND OLD.state <> 'STOPPED')
    EXECUTE FUNCTION accounts_check_stopped_job();
