-- Make the temporary table that takes the invented people by COPY. No parameters.
CREATE TEMP TABLE bench_person (
    serial integer, person_key text, name text, number_key text) ON COMMIT DROP;
