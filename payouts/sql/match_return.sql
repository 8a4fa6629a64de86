-- Find everything in which a return file differs from the batch that was sent (P27).
-- Parameters: batch_id; header of the file: line_count, success_count, success_total, fail_count,
--   fail_total (yuan), trailer_count, trailer_total, trailer_line (its line in the file).
-- Reads temporary table return_line (the D records as text, account as keyed hash).
-- Returns: line, field, value, expected, reason, number of all problems; the first 200 by line.
-- Reads only. A file is first compared as a whole, in one join: as many lines as instructions,
-- each instruction answered by a line that is right in every field, no serial twice, and the
-- declared figures those of the batch. Only if that fails the statement looks for what is wrong.
WITH answered AS (
    SELECT i.id, i.amount, r.status = '00' AS is_success,
           r.amount = i.amount::text AND r.account_key = a.number_key
           AND r.seq = i.position::text AND r.bank_serial <> '' AND length(r.bank_serial) <= 40
           AND ((r.status = '00' AND r.reason = '')
                OR (r.status = '99' AND r.reason IN ('01', '02', '03', '04', '05', '99')))
           AND translate(left(r.paid_at, 19), '123456789', '000000000') = '0000-00-00T00:00:00'
           AND substr(r.paid_at, 20) = '+08:00' AND i.state = 'SENT' AS is_right
    FROM return_line AS r
    JOIN payouts_paymentinstruction AS i ON i.end_to_end_id = r.end_to_end_id
        AND i.batch_id = %(batch_id)s
    JOIN payouts_payeeaccount AS a ON a.id = i.payee_account_id
), whole AS (
    SELECT count(*) AS lines, count(DISTINCT id) AS instructions, bool_and(is_right) AS is_right,
           count(*) FILTER (WHERE is_success) AS successes, coalesce(sum(amount), 0) AS total,
           coalesce(sum(amount) FILTER (WHERE is_success), 0) AS success_total
    FROM answered
), verdict AS MATERIALIZED (
    SELECT coalesce(w.is_right, false) AND w.lines = w.instructions
           AND w.lines = (SELECT count(*) FROM return_line)
           AND w.lines = (SELECT count(*) FROM payouts_paymentinstruction
                          WHERE batch_id = %(batch_id)s)
           AND w.lines = (SELECT count(*) FROM (SELECT DISTINCT bank_serial FROM return_line) AS s)
           AND (w.lines, w.successes, w.lines - w.successes, w.lines)
               = (%(line_count)s, %(success_count)s, %(fail_count)s, %(trailer_count)s)
           AND (w.success_total, w.total - w.success_total, w.total)
               = (%(success_total)s, %(fail_total)s, %(trailer_total)s) AS is_right
    FROM whole AS w
), given AS (
    SELECT r.*, CASE WHEN r.amount ~ '^(0|[1-9][0-9]{0,11})\.[0-9]{2}$'
                     THEN r.amount::numeric END AS yuan
    FROM return_line AS r
    WHERE NOT (SELECT is_right FROM verdict)
), figure AS (
    SELECT count(*) AS lines, count(*) FILTER (WHERE status = '00') AS successes,
           coalesce(sum(yuan) FILTER (WHERE status = '00'), 0) AS success_total,
           count(*) FILTER (WHERE status <> '00') AS failures,
           coalesce(sum(yuan) FILTER (WHERE status <> '00'), 0) AS fail_total,
           coalesce(sum(yuan), 0) AS total
    FROM given
), due AS (
    SELECT i.id, i.end_to_end_id, i.position, i.amount, i.state, a.number_key, a.number_masked
    FROM payouts_paymentinstruction AS i
    JOIN payouts_payeeaccount AS a ON a.id = i.payee_account_id
    WHERE i.batch_id = %(batch_id)s AND NOT (SELECT is_right FROM verdict)
), suspect AS (
    SELECT g.line, g.end_to_end_id AS given_id, g.seq, g.amount AS given_amount, g.yuan,
           g.account_key, g.account_masked, g.status, g.reason, g.bank_serial, g.paid_at, d.*
    FROM given AS g FULL JOIN due AS d ON d.end_to_end_id = g.end_to_end_id
    WHERE g.line IS NULL OR d.id IS NULL OR g.yuan IS DISTINCT FROM d.amount
       OR g.account_key <> d.number_key OR g.seq <> d.position::text OR d.state <> 'SENT'
       OR g.status NOT IN ('00', '99') OR (g.status = '00') <> (g.reason = '')
       OR g.reason NOT IN ('', '01', '02', '03', '04', '05', '99')
       OR g.bank_serial = '' OR length(g.bank_serial) > 40
       OR g.paid_at !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]08:00$'
), problem (line, field, value, expected, reason) AS (
    SELECT coalesce(s.line, 0), p.field, p.value, p.expected, p.reason
    FROM suspect AS s CROSS JOIN LATERAL (VALUES
        (s.line IS NULL, '指令号', '', s.end_to_end_id::text, '缺少该笔指令的回盘结果'),
        (s.line IS NOT NULL AND s.id IS NULL, '指令号', s.given_id, '', '本批次没有该笔指令'),
        (s.yuan IS NULL, '金额', s.given_amount, s.amount::text, '金额格式不正确'),
        (s.yuan <> s.amount, '金额', s.given_amount, s.amount::text, '金额与发送时不一致'),
        (s.account_key <> s.number_key, '账号', s.account_masked, s.number_masked::text,
         '账号与发送时不一致'),
        (s.seq <> s.position::text, '序号', s.seq, s.position::text, '序号与发送时不一致'),
        (s.state <> 'SENT', '指令号', s.given_id, '', '该笔指令不在待回盘状态'),
        (s.status NOT IN ('00', '99'), '状态', s.status, '00或99', '状态码不明'),
        (s.status = '00' AND s.reason <> '', '原因', s.reason, '', '成功的明细不应有失败原因'),
        (s.status = '99' AND s.reason = '', '原因', '', '', '失败的明细缺少失败原因'),
        (s.reason NOT IN ('', '01', '02', '03', '04', '05', '99'), '原因', s.reason, '',
         '失败原因代码不明'),
        (s.bank_serial = '' OR length(s.bank_serial) > 40, '银行流水号', s.bank_serial, '',
         '缺少银行流水号或超过40位'),
        (s.paid_at !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]08:00$', '时间', s.paid_at, '',
         '时间格式不正确')
    ) AS p (is_wrong, field, value, expected, reason)
    WHERE p.is_wrong AND (s.line IS NOT NULL OR p.reason = '缺少该笔指令的回盘结果')
  UNION ALL
    SELECT g.line, '指令号', g.end_to_end_id, '', '同一指令重复出现'
    FROM given AS g JOIN (SELECT end_to_end_id, min(line) AS line FROM given
                          GROUP BY end_to_end_id HAVING count(*) > 1) AS twice
        ON twice.end_to_end_id = g.end_to_end_id AND g.line > twice.line
  UNION ALL
    SELECT g.line, '银行流水号', g.bank_serial, '', '同一流水号重复出现'
    FROM given AS g JOIN (SELECT bank_serial, min(line) AS line FROM given
                          WHERE bank_serial <> '' GROUP BY bank_serial HAVING count(*) > 1) AS twice
        ON twice.bank_serial = g.bank_serial AND g.line > twice.line
  UNION ALL
    SELECT p.line, p.field, p.value, p.expected, p.reason
    FROM figure AS f CROSS JOIN (SELECT count(*) AS lines, sum(amount) AS total FROM due) AS d
    CROSS JOIN LATERAL (VALUES
        (1, '笔数', %(line_count)s::text, d.lines::text, '文件头笔数与批次不一致'),
        (1, '笔数', %(line_count)s::text, f.lines::text, '文件头笔数与明细不一致'),
        (1, '成功笔数', %(success_count)s::text, f.successes::text, '成功笔数与明细不一致'),
        (1, '成功金额', %(success_total)s::numeric(18, 2)::text,
         f.success_total::numeric(18, 2)::text, '成功金额与明细不一致'),
        (1, '失败笔数', %(fail_count)s::text, f.failures::text, '失败笔数与明细不一致'),
        (1, '失败金额', %(fail_total)s::numeric(18, 2)::text, f.fail_total::numeric(18, 2)::text,
         '失败金额与明细不一致'),
        (%(trailer_line)s, '笔数', %(trailer_count)s::text, f.lines::text,
         '文件尾笔数与明细不一致'),
        (%(trailer_line)s, '金额', %(trailer_total)s::numeric(18, 2)::text,
         f.total::numeric(18, 2)::text, '文件尾金额与明细不一致'),
        (%(trailer_line)s, '金额', %(trailer_total)s::numeric(18, 2)::text,
         d.total::numeric(18, 2)::text, '文件尾金额与批次不一致')
    ) AS p (line, field, value, expected, reason)
    WHERE p.value <> p.expected AND NOT (SELECT is_right FROM verdict)
)
SELECT line, field, value, expected, reason, count(*) OVER () FROM problem
ORDER BY line, field, reason LIMIT 200;
