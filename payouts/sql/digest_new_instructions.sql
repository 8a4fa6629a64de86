-- Count, sum and digest of staged lines from one position to another.
-- Parameters: first_position, last_position (inclusive).
-- Returns: line_count, total_amount (yuan), sha256 (hex) over the lines' digests in order.
-- Reads only.
SELECT count(*), sum(amount),
       encode(sha256(string_agg(line_sha256, ''::bytea ORDER BY position)), 'hex')
FROM new_instruction
WHERE position BETWEEN %(first_position)s AND %(last_position)s;
