"""Properties of gap sheets and of the reserve's memo account."""

from config.invariants_query import Invariant

SHARING = (
    # Every share anew from its figures; the figures anew from the lines posted before the
    # signature, where the sheet was reckoned from the balances.
    Invariant(
        "L26",
        "缺口分担表的各项分担与统筹区分担合计等于缺口，逐户可重新算出，由两人签署",
        """WITH share AS (
               SELECT s.id AS sheet_id, s.gap, s.pool_ratio, s.office_ratio, h.organisation_id,
                      h.for_shortfall, h.of_rest,
                      greatest(0, h.target - h.income) AS short,
                      greatest(0, h.expenditure - h.income) AS own,
                      sum(greatest(0, h.target - h.income)) OVER w AS all_short,
                      sum(greatest(0, h.expenditure - h.income)) OVER w AS all_own
               FROM funds_gapsheet AS s JOIN funds_gapshare AS h ON h.sheet_id = s.id
               WINDOW w AS (PARTITION BY s.id)),
           anew AS (
               SELECT *, CASE WHEN all_short <= gap THEN short
                              ELSE div(gap * short * 100, all_short) / 100 END AS first,
                      CASE WHEN all_own = 0 THEN 0
                           ELSE div(greatest(0, gap - all_short) * office_ratio * own * 100,
                                    (pool_ratio + office_ratio) * all_own) / 100 END AS second
               FROM share),
           signed AS (
               SELECT *, make_date(year, 1, 1) AS january FROM funds_gapsheet
               WHERE state IN ('SIGNED', 'VOIDED')),
           booked AS (
               SELECT s.id AS sheet_id, l.organisation_id,
                      coalesce(sum(l.credit - l.debit) FILTER (
                          WHERE left(a.code, 1) = '4'), 0) AS income,
                      coalesce(sum(l.credit - l.debit) FILTER (
                          WHERE left(a.code, 4) = '4001'), 0) AS premiums,
                      coalesce(sum(l.debit - l.credit) FILTER (
                          WHERE left(a.code, 1) = '5'), 0) AS spent
               FROM signed AS s
               JOIN funds_voucher AS v ON v.book_id = s.book_id AND v.state = 'POSTED'
                   AND v.posted_at <= s.signed_at AND v.voucher_date >= s.january
                   AND v.voucher_date < s.month + interval '1 month'
               LEFT JOIN funds_voucher AS r ON r.id = v.reverses_id
               JOIN funds_voucherline AS l ON l.voucher_id = v.id
               JOIN funds_ledgeraccount AS a ON a.id = l.account_id
               WHERE 'E34' NOT IN (v.event, coalesce(r.event, ''))
               GROUP BY s.id, l.organisation_id)
           SELECT 'gap sheet ' || s.id AS subject,
                  format('gap %s, of the pool %s, of the offices %s', s.gap, s.pool_share,
                         h.total) AS detail
           FROM funds_gapsheet AS s
           CROSS JOIN LATERAL (SELECT coalesce(sum(for_shortfall + of_rest), 0) AS total
                               FROM funds_gapshare WHERE sheet_id = s.id) AS h
           WHERE s.gap <> s.pool_share + h.total
              OR s.gap <> greatest(0, s.expenditure - s.income)
           UNION ALL
           SELECT 'gap sheet ' || sheet_id,
                  format('office %s bears %s and %s, not %s and %s', organisation_id,
                         for_shortfall, of_rest, first, second)
           FROM anew WHERE (for_shortfall, of_rest) <> (first, second)
           UNION ALL
           SELECT 'gap sheet ' || s.id, format('the lines say %s and %s', b.income, b.spent)
           FROM signed AS s
           CROSS JOIN LATERAL (SELECT coalesce(sum(income), 0) AS income,
                                      coalesce(sum(spent), 0) AS spent
                               FROM booked WHERE sheet_id = s.id) AS b
           WHERE (s.income, s.expenditure) <> (b.income, b.spent)
           UNION ALL
           SELECT 'gap sheet ' || h.sheet_id, 'the lines say otherwise of an office'
           FROM funds_gapshare AS h JOIN signed AS s ON s.id = h.sheet_id
           LEFT JOIN booked AS b
               ON b.sheet_id = h.sheet_id AND b.organisation_id = h.organisation_id
           WHERE (h.income, h.expenditure) <> (coalesce(b.premiums, 0), coalesce(b.spent, 0))
           UNION ALL
           SELECT 'gap sheet ' || s.id, format('signed by %s people', count(DISTINCT g.person_id))
           FROM signed AS s
           LEFT JOIN accounts_signature AS g ON g.subject_kind = 'GAP_SHARE'
               AND g.subject_id = s.id AND g.round = s.round AND g.decision = 'APPROVE'
               AND g.content_sha256 = s.content_sha256 AND g.step IN ('PREPARE', 'APPROVE')
           GROUP BY s.id HAVING count(DISTINCT g.person_id) <> 2""",
    ),
    Invariant(
        "L27",
        "储备金余额等于登账合计、从不为负，各地上交后不留余额，动用不超过分担",
        """WITH account AS (
               SELECT id, position, change, balance,
                      sum(change) OVER w AS total, row_number() OVER w AS place
               FROM funds_reserveentry WHERE state = 'APPROVED'
               WINDOW w AS (PARTITION BY book_id ORDER BY position)),
           live AS (
               SELECT * FROM funds_reserveentry AS e
               WHERE e.state = 'APPROVED' AND NOT EXISTS (
                   SELECT FROM funds_reserveentry AS r
                   WHERE r.reverses_id = e.id AND r.state = 'APPROVED'))
           SELECT 'reserve entry ' || id AS subject,
                  format('place %s, balance %s, sum %s', position, balance, total) AS detail
           FROM account WHERE balance <> total OR total < 0 OR position <> place
           UNION ALL
           SELECT 'reserve entry ' || e.id, format('%s changes by %s', e.kind, e.change)
           FROM funds_reserveentry AS e LEFT JOIN funds_reserveentry AS o ON o.id = e.reverses_id
           WHERE e.change <> CASE WHEN e.kind IN ('DRAW', 'LOWERED') THEN -e.amount
                                  WHEN e.kind = 'REVERSAL' THEN -o.change ELSE e.amount END
           UNION ALL
           SELECT 'office ' || organisation_id,
                  format('handed over %s, carried up %s', sum(handed_over), sum(amount))
           FROM live WHERE kind = 'CARRIED_UP' GROUP BY book_id, organisation_id
           HAVING sum(handed_over) <> sum(amount) OR count(*) > 1
           UNION ALL
           SELECT 'gap sheet ' || s.id, format('drawn %s of %s', sum(d.amount), s.pool_share)
           FROM live AS d JOIN funds_gapsheet AS s ON s.id = d.gap_sheet_id
           GROUP BY s.id, s.pool_share, s.state
           HAVING sum(d.amount) > s.pool_share OR s.state <> 'SIGNED'
           UNION ALL
           SELECT 'reserve entry ' || e.id,
                  format('approved by %s people', count(DISTINCT g.person_id))
           FROM funds_reserveentry AS e
           LEFT JOIN accounts_signature AS g ON g.subject_kind = 'RESERVE'
               AND g.subject_id = e.id AND g.round = e.round AND g.decision = 'APPROVE'
               AND g.content_sha256 = e.content_sha256 AND g.step IN ('PREPARE', 'APPROVE')
           WHERE e.state = 'APPROVED'
           GROUP BY e.id HAVING count(DISTINCT g.person_id) <> 2""",
    ),
)
