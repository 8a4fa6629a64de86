-- Keeps every movement of a bank statement that has no permitted edge as a red finding.
--
-- The other side of a line is one of our accounts where its number is (by the keyed hash), the
-- treasury where the name begins with 国家金库, else the outside. A movement between two of our
-- accounts of one book stands in both accounts' statements and is found once: the line is left
-- out where as many movements of this pair, direction and amount are known as this account's
-- statements show up to it. Accounts of two books: each book finds its own side.
-- Parameters: statement_id; found_at; owner_id, who brought the statement, null for a job. Returns
-- the ids. Runs once per statement, in the transaction that wrote its lines.
WITH moved AS (
    SELECT l.pool_id, l.id AS line_id, l.value_date, l.counter_key, l.debit, l.credit,
           l.debit + l.credit AS amount, k.id AS account_id, k.book_id, k.kind AS own_place,
           o.id AS counter_id, o.book_id AS counter_book_id,
           CASE WHEN o.book_id = k.book_id THEN o.kind
                WHEN o.id IS NULL AND starts_with(l.counterparty, '国家金库') THEN 'TREASURY'
                ELSE 'OUTSIDE' END AS other_place
    FROM funds_bankstatementline AS l
    JOIN funds_bankstatement AS s ON s.pool_id = l.pool_id AND s.id = l.statement_id
    JOIN funds_bankaccount AS k ON k.pool_id = s.pool_id AND k.id = s.bank_account_id
    LEFT JOIN funds_bankaccount AS o ON o.pool_id = l.pool_id AND l.counter_key <> ''
        AND o.number_key = l.counter_key AND o.state <> 'REFUSED'
    WHERE l.statement_id = %(statement_id)s
), flows AS (
    SELECT *, counter_book_id IS NOT NULL AND counter_book_id <> book_id AS is_of_two_books,
           CASE WHEN debit > 0 THEN own_place ELSE other_place END AS from_place,
           CASE WHEN debit > 0 THEN other_place ELSE own_place END AS to_place
    FROM moved
)
INSERT INTO funds_flowfinding (pool_id, book_id, statement_line_id, bank_account_id,
    counter_account_id, kind, from_place, to_place, amount, value_date, found_at, owner_id, state,
    round, reason, content_sha256)
SELECT f.pool_id, f.book_id, f.line_id, f.account_id, f.counter_id,
       CASE WHEN is_of_two_books THEN 'OTHER_BOOK' ELSE 'NO_EDGE' END, f.from_place, f.to_place,
       f.amount, f.value_date, %(found_at)s, %(owner_id)s, 'OPEN', 0, '', ''
FROM flows AS f
WHERE (is_of_two_books OR NOT EXISTS (
          SELECT FROM funds_flowedge AS e
          WHERE (e.from_place, e.to_place) = (f.from_place, f.to_place)))
  AND (is_of_two_books OR f.counter_id IS NULL OR (
      SELECT count(*) FROM funds_bankstatementline AS b
      JOIN funds_bankstatement AS s ON s.id = b.statement_id
      WHERE s.bank_account_id = f.account_id AND b.counter_key = f.counter_key
        AND (b.debit, b.credit) = (f.debit, f.credit)
        AND (b.value_date, b.id) <= (f.value_date, f.line_id)
  ) > (
      SELECT count(*) FROM funds_flowfinding AS g
      WHERE (g.bank_account_id, g.counter_account_id) IN (
                (f.account_id, f.counter_id), (f.counter_id, f.account_id))
        AND (g.from_place, g.to_place, g.amount) = (f.from_place, f.to_place, f.amount)))
ORDER BY f.line_id
RETURNING id
