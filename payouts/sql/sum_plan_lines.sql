-- Sum up a plan's lines and digest them: what a signature on the plan covers.
-- Parameters: plan_id. Returns (lines, total in yuan, largest amount in yuan, SHA-256 hex).
-- Digested text: a head line number|office|item|month, then position|person_key|amount|account key
-- per line in the order of positions, lines joined by a line feed. Repeatable: reads only.
SELECT count(l.id), coalesce(sum(l.amount), 0), coalesce(max(l.amount), 0),
       encode(sha256(convert_to(concat_ws(E'\n',
           concat_ws('|', p.number, office.code, item.code, to_char(p.month, 'YYYYMM')),
           string_agg(concat_ws('|', l.position, l.person_key, l.amount, a.number_key),
                      E'\n' ORDER BY l.position)), 'UTF8')), 'hex')
FROM payouts_disbursementplan AS p
JOIN accounts_organisation AS office ON office.id = p.organisation_id
JOIN payouts_benefititem AS item ON item.id = p.item_id
LEFT JOIN payouts_disbursementplanline AS l ON l.plan_id = p.id AND l.pool_id = p.pool_id
    AND l.is_live
LEFT JOIN payouts_payeeaccount AS a ON a.id = l.payee_account_id
WHERE p.id = %(plan_id)s
GROUP BY p.id, office.id, item.id;
