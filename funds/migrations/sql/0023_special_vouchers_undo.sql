-- The gate as it was before special business had its approvals: that of 0007.

-- Why each of these vouchers must not be posted, null for those that may: rule, source and flow.
-- A correction may also stand the other way round, where less than was booked is right.
CREATE OR REPLACE FUNCTION funds_rule_refusals(vouchers bigint[])
RETURNS TABLE (voucher_id bigint, refusal text) LANGUAGE sql STABLE AS $$
    WITH used AS MATERIALIZED (
        SELECT l.voucher_id, l.account_id, sum(l.debit) > 0 AS debits, sum(l.credit) > 0 AS credits
        FROM funds_voucherline AS l WHERE l.voucher_id = ANY (vouchers)
        GROUP BY l.voucher_id, l.account_id
    ), allowed AS MATERIALIZED (
        SELECT pair.event, pair.account_id,
               coalesce(bool_or(p.side = 'DEBIT'), false) AS may_debit,
               coalesce(bool_or(p.side = 'CREDIT'), false) AS may_credit
        FROM (SELECT DISTINCT v.event, u.account_id
              FROM used AS u JOIN funds_voucher AS v ON v.id = u.voucher_id) AS pair
        JOIN funds_ledgeraccount AS a ON a.id = pair.account_id
        LEFT JOIN funds_postingaccount AS p
            ON p.rule_id = pair.event AND starts_with(a.code, p.prefix)
        GROUP BY pair.event, pair.account_id
    ), judged AS (
        SELECT u.voucher_id,
               bool_and((m.may_debit OR NOT u.debits) AND (m.may_credit OR NOT u.credits))
                   AS straight,
               bool_and((m.may_credit OR NOT u.debits) AND (m.may_debit OR NOT u.credits))
                   AS turned
        FROM used AS u JOIN funds_voucher AS v ON v.id = u.voucher_id
        JOIN allowed AS m ON m.event = v.event AND m.account_id = u.account_id
        GROUP BY u.voucher_id
    )
    SELECT v.id, CASE
        WHEN v.is_cash IS DISTINCT FROM (f.touches_cash AND v.event <> 'E35')
            THEN 'voucher_cash_marked'
        WHEN v.event = 'REVERSAL' THEN
            CASE WHEN NOT funds_mirrors(v.id, v.reverses_id) THEN 'voucher_mirrors_its_original' END
        WHEN v.event = 'SPECIAL' THEN
            CASE WHEN v.source_kind <> 'SPECIAL_BUSINESS' THEN 'voucher_from_its_source' END
        WHEN r.event IS NULL THEN 'voucher_follows_its_rule'
        WHEN NOT j.straight AND (v.corrects_id IS NULL OR NOT j.turned)
            THEN 'voucher_follows_its_rule'
        WHEN v.corrects_id IS NULL AND r.sources <> '{}' AND v.source_kind <> ALL (r.sources)
            THEN 'voucher_from_its_source'
        WHEN v.event = 'E01' AND v.corrects_id IS NULL AND NOT EXISTS (
            SELECT FROM funds_taxincomelist AS t WHERE t.id = v.source_id AND t.total_amount = (
                SELECT sum(debit) FROM funds_voucherline WHERE voucher_id = v.id))
            THEN 'voucher_equals_its_tax_list'
        WHEN v.event = 'E35' THEN NULL
        WHEN NOT f.is_single THEN 'voucher_flow_permitted'
        WHEN f.from_place IS NULL THEN
            CASE WHEN v.edge_id IS NOT NULL THEN 'voucher_flow_permitted' END
        WHEN e.rule_id IS DISTINCT FROM v.event THEN 'voucher_flow_permitted'
        WHEN (e.from_place, e.to_place) = (f.from_place, f.to_place) THEN NULL
        WHEN v.corrects_id IS NOT NULL AND NOT j.straight
             AND (e.to_place, e.from_place) = (f.from_place, f.to_place) THEN NULL
        ELSE 'voucher_flow_permitted'
    END
    FROM funds_voucher AS v
    LEFT JOIN judged AS j ON j.voucher_id = v.id
    LEFT JOIN funds_flow_of(vouchers) AS f ON f.voucher_id = v.id
    LEFT JOIN funds_postingrule AS r ON r.event = v.event
    LEFT JOIN funds_flowedge AS e ON e.id = v.edge_id
    WHERE v.id = ANY (vouchers)
$$;
