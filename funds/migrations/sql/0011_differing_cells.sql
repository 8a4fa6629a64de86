-- The second computation of every cell of 资产负债表 and 收支表: from voucher lines, where the
-- first (funds/sql/sum_statement_columns.sql) reads balances; totals from first digits of the
-- accounts, where the first adds lines. Returns the cells of the given statements that do not
-- agree, missing and surplus ones too. Period-end entries (E34) and their reversals move no
-- income and no expenditure; opening entries of a handover (E35) of the year count as its
-- opening balance.
CREATE FUNCTION funds_differing_cells(statements bigint[])
RETURNS TABLE (statement_id bigint, cell text, stored numeric, found numeric)
LANGUAGE sql STABLE AS $$
WITH rule (sheet, line, prefix, sign) AS (VALUES
    ('BALANCE', 'A01', '1001', 1), ('BALANCE', 'A02', '1002', 1), ('BALANCE', 'A03', '1003', 1),
    ('BALANCE', 'A04', '1004', 1), ('BALANCE', 'A05', '1005', 1), ('BALANCE', 'A06', '1101', 1),
    ('BALANCE', 'A07', '1201', 1), ('BALANCE', 'A99', '1', 1),
    ('BALANCE', 'L01', '2001', -1), ('BALANCE', 'L02', '2101', -1), ('BALANCE', 'L90', '2', -1),
    ('BALANCE', 'N01', '3', -1), ('BALANCE', 'N01', '4', -1), ('BALANCE', 'N01', '5', -1),
    ('BALANCE', 'N90', '3', -1), ('BALANCE', 'N90', '4', -1), ('BALANCE', 'N90', '5', -1),
    ('BALANCE', 'T99', '2', -1), ('BALANCE', 'T99', '3', -1), ('BALANCE', 'T99', '4', -1),
    ('BALANCE', 'T99', '5', -1),
    ('INCOME', 'I00', '4', -1), ('INCOME', 'I01', '4001', -1), ('INCOME', 'I02', '4101', -1),
    ('INCOME', 'I03', '4201', -1), ('INCOME', 'I04', '4301', -1), ('INCOME', 'I05', '4401', -1),
    ('INCOME', 'I06', '4402', -1), ('INCOME', 'I07', '4501', -1),
    ('INCOME', 'O00', '5', 1), ('INCOME', 'O01', '5001', 1), ('INCOME', 'O011', '500101', 1),
    ('INCOME', 'O012', '500102', 1), ('INCOME', 'O013', '500103', 1),
    ('INCOME', 'O014', '500104', 1), ('INCOME', 'O015', '500105', 1),
    ('INCOME', 'O02', '5104', 1), ('INCOME', 'O03', '5105', 1), ('INCOME', 'O04', '5201', 1),
    ('INCOME', 'O05', '5301', 1), ('INCOME', 'O06', '5302', 1), ('INCOME', 'O07', '5401', 1),
    ('INCOME', 'S00', '4', -1), ('INCOME', 'S00', '5', -1)
), asked AS (
    SELECT id, book_id, span, first_month, month, date_trunc('year', month)::date AS january
    FROM funds_financialstatement WHERE id = ANY (statements)
), wanted AS (
    SELECT a.id, a.book_id, a.january, a.month, c.sheet, c.name, c.since::date, c.until::date
    FROM asked AS a CROSS JOIN LATERAL (VALUES
        ('BALANCE', 'OPENING', '-infinity'::timestamp, a.january - interval '1 day'),
        ('BALANCE', 'CLOSING', '-infinity', a.month),
        ('INCOME', 'CURRENT', a.first_month, a.month),
        ('INCOME', 'TO_DATE', a.january, a.month),
        ('INCOME', 'LAST_YEAR',
         CASE a.span WHEN 'MONTH' THEN a.january ELSE a.first_month END - interval '1 year',
         a.month - interval '1 year')) AS c (sheet, name, since, until)
    WHERE c.name <> 'TO_DATE' OR a.span = 'MONTH'
), moved AS MATERIALIZED (
    SELECT v.book_id, date_trunc('month', v.voucher_date)::date AS month, l.account_id,
           'E34' IN (v.event, r.event) AS is_closing, 'E35' IN (v.event, r.event) AS is_opening,
           sum(l.debit - l.credit) AS net
    FROM funds_voucher AS v
    JOIN funds_voucherline AS l ON l.voucher_id = v.id
    LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
    WHERE v.state = 'POSTED' AND v.book_id IN (SELECT book_id FROM asked)
    GROUP BY 1, 2, 3, 4, 5
), share AS MATERIALIZED (
    SELECT m.book_id, m.month, coalesce(m.is_closing, false) AS is_closing,
           coalesce(m.is_opening, false) AS is_opening, r.sheet, r.line, sum(r.sign * m.net) AS net
    FROM moved AS m JOIN funds_ledgeraccount AS a ON a.id = m.account_id
    JOIN rule AS r ON starts_with(a.code, r.prefix)
    GROUP BY 1, 2, 3, 4, 5, 6
), computed AS (
    SELECT w.id, w.sheet, w.name, s.line, sum(s.net) AS amount
    FROM wanted AS w JOIN share AS s ON s.book_id = w.book_id AND s.sheet = w.sheet
        AND ((s.month BETWEEN w.since AND w.until
              AND NOT (w.sheet = 'INCOME' AND s.is_closing))
             OR (w.name = 'OPENING' AND s.is_opening AND s.month BETWEEN w.january AND w.month))
    GROUP BY 1, 2, 3, 4
), expected AS (
    SELECT w.id, w.sheet, w.name, r.line, coalesce(c.amount, 0) AS amount
    FROM wanted AS w JOIN (SELECT DISTINCT sheet, line FROM rule) AS r ON r.sheet = w.sheet
    LEFT JOIN computed AS c ON (c.id, c.sheet, c.name, c.line) = (w.id, w.sheet, w.name, r.line)
), kept AS (
    SELECT k.statement_id AS id, k."table" AS sheet, k."column" AS name, k.line, k.amount
    FROM funds_financialstatementcell AS k
    WHERE k.statement_id = ANY (statements) AND k."table" IN ('BALANCE', 'INCOME')
)
SELECT id, format('%s %s %s', sheet, line, name), k.amount, e.amount
FROM expected AS e FULL JOIN kept AS k USING (id, sheet, line, name)
WHERE k.amount IS DISTINCT FROM e.amount
$$;
