-- Make the session's temporary table of who signs which step at which office.
-- No parameters. Returns nothing. Gone when the transaction ends.
CREATE TEMPORARY TABLE staged_staff (
    organisation_id bigint NOT NULL,
    user_id bigint NOT NULL,
    post text NOT NULL,
    step text NOT NULL,
    place double precision NOT NULL,
    opinion text NOT NULL
) ON COMMIT DROP
