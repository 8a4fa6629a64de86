-- Sum up a plan's lines and digest them: what a signature on the plan covers.
-- Parameters: plan_id. Returns (lines, total in yuan, largest amount in yuan, SHA-256 hex).
-- Digested text: a head line number|office|item|month, then position|person_key|amount|account key
-- per line in the order of positions, lines joined by a line feed. Repeatable: reads only.
SELECT figure.lines, coalesce(figure.total, 0), coalesce(figure.largest, 0),
       encode(sha256(convert_to(concat_ws(E'\n',
           concat_ws('|', p.number, office.code, item.code, to_char(p.month, 'YYYYMM')),
           figure.text), 'UTF8')), 'hex')
FROM payouts_disbursementplan AS p
JOIN accounts_organisation AS office ON office.id = p.organisation_id
JOIN payouts_benefititem AS item ON item.id = p.item_id
CROSS JOIN (
    SELECT count(*) AS lines, sum(l.amount) AS total, max(l.amount) AS largest,
           string_agg(l.position || '|' || l.person_key || '|' || l.amount || '|' || a.number_key,
                      E'\n' ORDER BY l.position) AS text
    FROM payouts_disbursementplanline AS l
    JOIN payouts_payeeaccount AS a ON a.id = l.payee_account_id
    WHERE l.plan_id = %(plan_id)s AND l.is_live) AS figure
WHERE p.id = %(plan_id)s;
