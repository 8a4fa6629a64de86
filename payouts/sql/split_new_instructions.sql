-- Cut the staged lines into files within the bank's limits; a line above the amount limit goes
-- alone. One step per file, not per line: each looks for the last line that still fits.
-- Parameters: max_lines (lines of one file), max_amount (yuan of one file).
-- Returns: first_position, last_position of each file, in order. Reads only.
WITH RECURSIVE leaf (first_position, last_position, paid_before) AS (
    SELECT 0::bigint, 0::bigint, 0::numeric
  UNION ALL
    SELECT leaf.last_position + 1, fitting.position, fitting.running_total
    FROM leaf CROSS JOIN LATERAL (
        SELECT n.position, n.running_total FROM new_instruction AS n
        WHERE n.position > leaf.last_position
          AND n.position <= leaf.last_position + %(max_lines)s
          AND (n.running_total - leaf.paid_before <= %(max_amount)s
               OR n.position = leaf.last_position + 1)
        ORDER BY n.position DESC LIMIT 1) AS fitting
)
SELECT first_position, last_position FROM leaf WHERE last_position > 0 ORDER BY first_position;
