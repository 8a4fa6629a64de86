-- Read the newest lines of the conversation with the bank about a batch and its files.
--   batch_id, shown  the batch, and how many lines at most
-- Returns (instant, batch's number, call, outcome, person's name or null), newest first. Only
-- reads.
SELECT m.at, b.number, m.call, m.outcome, u.name
FROM payouts_bankmessage AS m
JOIN payouts_paymentbatch AS b ON b.id = m.batch_id
LEFT JOIN accounts_user AS u ON u.id = m.person_id
WHERE b.id = %(batch_id)s OR b.parent_id = %(batch_id)s
ORDER BY m.id DESC
LIMIT %(shown)s
