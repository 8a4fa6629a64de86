"""Properties of budgets: what they add up to, what is signed within them, their hands."""

from config.invariants_query import Invariant

BUDGETS = (
    Invariant(
        "L24",
        "预算各项等于其测算公式，合计勾稽，征缴目标合计等于社会保险费收入",
        """SELECT 'budget ' || b.id AS subject,
                  format('income %s, expenditure %s, closing %s', b.income_amount,
                         b.expenditure_amount, b.closing_amount) AS detail
           FROM funds_budget AS b
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount) FILTER (WHERE line LIKE 'I%'), 0) AS income,
                      coalesce(sum(amount) FILTER (WHERE line LIKE 'O%'), 0) AS expenditure
               FROM funds_budgetline WHERE budget_id = b.id) AS l
           WHERE (b.income_amount, b.expenditure_amount, b.closing_amount)
                 IS DISTINCT FROM
                 (l.income, l.expenditure, b.opening_amount + l.income - l.expenditure)
              OR b.closing_amount < 0 AND b.state NOT IN ('DRAFT', 'WITHDRAWN')
           UNION ALL
           SELECT 'budget line ' || l.id, format('%s is not %s computed', l.amount, l.formula)
           FROM funds_budgetline AS l
           WHERE l.amount IS DISTINCT FROM round(CASE l.formula
               WHEN 'PREMIUM' THEN l.quantity * l.unit_amount * 12 * l.rate * l.collection_rate
               WHEN 'BENEFIT' THEN l.quantity * l.unit_amount ELSE l.amount END, 2)
           UNION ALL
           SELECT 'budget ' || b.id, 'lines, factors or targets are missing or do not tie'
           FROM funds_budget AS b
           WHERE b.state NOT IN ('DRAFT', 'RETURNED', 'WITHDRAWN') AND (
               (SELECT count(*) FROM funds_budgetline WHERE budget_id = b.id) <> 18
               OR (SELECT count(*) FROM funds_budgetassumption WHERE budget_id = b.id) <> 6
               OR (SELECT sum(amount) FROM funds_budgettarget WHERE budget_id = b.id)
                  IS DISTINCT FROM (SELECT amount FROM funds_budgetline
                                    WHERE budget_id = b.id AND line = 'I01'))""",
    ),
    Invariant(
        "L25",
        "批准预算后签发的用款计划不使任何支出项目超过预算",
        """WITH asked AS (
               SELECT p.book_id, extract(year FROM p.month) AS year,
                      funds_line_of_account(i.ledger_code) AS line, sum(l.amount) AS amount
               FROM funds_fundsuseplan AS p
               JOIN funds_budget AS b ON b.book_id = p.book_id AND b.state = 'APPROVED'
                   AND b.year = extract(year FROM p.month)
               JOIN accounts_signature AS s ON s.subject_kind = 'FUNDS_PLAN'
                   AND s.subject_id = p.id AND s.round = p.round AND s.step = 'PRINCIPAL'
                   AND s.decision = 'APPROVE' AND s.signed_at > b.approved_at
               JOIN funds_fundsuseplanline AS l ON l.plan_id = p.id AND l.is_live
               JOIN payouts_benefititem AS i ON i.pool_id = l.pool_id AND i.code = l.item_code
               WHERE p.state IN ('HR', 'FINANCE', 'REQUESTED', 'ALLOTTED', 'CLOSED', 'COVERED')
               GROUP BY 1, 2, 3)
           SELECT format('budget %s line %s', b.id, a.line) AS subject,
                  format('budget %s, signed %s', coalesce(l.amount, 0), a.amount) AS detail
           FROM asked AS a
           JOIN funds_budget AS b ON b.book_id = a.book_id AND b.year = a.year
               AND b.state = 'APPROVED'
           LEFT JOIN funds_budgetline AS l ON l.budget_id = b.id AND l.line = a.line
           LEFT JOIN LATERAL payouts_budget_use(
               b.book_id, make_date(b.year, 1, 1), make_date(b.year, 12, 1), 0) AS u
               ON u.line = a.line
           WHERE least(a.amount, u.posted + u.promised) > coalesce(l.amount, 0)""",
    ),
    Invariant(
        "W17",
        "预算由编制人、主要领导签署，五份批复按次序登记并由另一人核对",
        """WITH place (step, rank) AS (VALUES ('TAX', 1), ('HR', 2), ('FINANCE', 3), ('JOINT', 4),
                                               ('GOVERNMENT', 5)),
           due (state, letters) AS (VALUES ('HEAD', 0), ('TAX', 0), ('HR', 1), ('FINANCE', 2),
               ('JOINT', 3), ('SUBMITTED', 4), ('APPROVED', 5), ('REPLACED', 5)),
           letter AS (
               SELECT o.subject_id AS budget_id, o.round, p.rank, o.decided_date, o.content_sha256
               FROM accounts_outsidedecision AS o
               JOIN place AS p ON p.step = o.step
               JOIN funds_budgetconfirmation AS c ON c.decision_id = o.id
                   AND c.budget_id = o.subject_id AND c.confirmed_by_id <> o.recorded_by_id
               WHERE o.subject_kind = 'BUDGET' AND o.decision = 'APPROVE'
                 AND o.evidence_id IS NOT NULL
                 AND NOT EXISTS (SELECT FROM accounts_signature AS s
                     WHERE s.subject_kind = 'BUDGET' AND s.subject_id = o.subject_id
                       AND s.round = o.round AND s.person_id = c.confirmed_by_id))
           SELECT 'budget ' || b.id AS subject,
                  format('%s with %s letters', b.state, count(l.rank)) AS detail
           FROM funds_budget AS b
           JOIN due AS d ON d.state = b.state
           LEFT JOIN letter AS l ON l.budget_id = b.id AND l.round = b.round
               AND l.content_sha256 = b.content_sha256 AND l.rank <= d.letters
           GROUP BY b.id, d.letters
           HAVING count(l.rank) <> d.letters
               OR array_agg(l.decided_date ORDER BY l.rank) <>
                  array_agg(l.decided_date ORDER BY l.decided_date, l.rank)
           UNION ALL
           SELECT 'budget ' || b.id, format('signed by %s', count(DISTINCT s.person_id))
           FROM funds_budget AS b
           LEFT JOIN accounts_signature AS s ON s.subject_kind = 'BUDGET' AND s.subject_id = b.id
               AND s.round = b.round AND s.decision = 'APPROVE'
               AND s.content_sha256 = b.content_sha256
           WHERE b.state NOT IN ('DRAFT', 'RETURNED', 'WITHDRAWN')
           GROUP BY b.id
           HAVING count(DISTINCT s.person_id) <> CASE b.state WHEN 'HEAD' THEN 1 ELSE 2 END
               OR bool_or(s.step NOT IN ('PREPARE', 'PRINCIPAL'))""",
    ),
)
