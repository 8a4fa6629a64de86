DROP TRIGGER check_stopped_job ON accounts_job;
DROP FUNCTION accounts_check_stopped_job();
DROP TRIGGER check_job_stop ON accounts_jobstop;
DROP FUNCTION accounts_check_job_stop();
DROP TRIGGER refuse_unknown_transition ON accounts_job;
DELETE FROM accounts_statetransition WHERE table_name = 'accounts_job';
