-- The first thing that does not add up in a handover, as the name of its rule; null if all does.
CREATE FUNCTION funds_flaw_of_handover(handover bigint, confirmed numeric) RETURNS text
LANGUAGE sql STABLE AS $$
    WITH balance AS (
        SELECT b.account_id, a.code, b.debit, b.credit
        FROM funds_handoverbalance AS b JOIN funds_ledgeraccount AS a ON a.id = b.account_id
        WHERE b.handover_id = handover AND b.is_live
    ), bank AS (
        SELECT account_id, sum(balance) AS amount FROM funds_handoverbank
        WHERE handover_id = handover AND is_live GROUP BY account_id
    ), claim AS (
        SELECT account_id, sum(CASE kind WHEN 'RECEIVABLE' THEN amount ELSE -amount END) AS amount
        FROM funds_handoverclaim WHERE handover_id = handover AND is_live GROUP BY account_id
    )
    SELECT CASE
        WHEN (SELECT sum(debit) FROM balance) IS DISTINCT FROM (SELECT sum(credit) FROM balance)
             OR NOT EXISTS (SELECT FROM balance) THEN 'handover_balanced'
        WHEN EXISTS (SELECT FROM balance WHERE left(code, 1) IN ('4', '5'))
            THEN 'handover_balances_after_closing'
        WHEN EXISTS (SELECT FROM (SELECT * FROM balance WHERE code ~ '^100[234]') AS b
                     FULL JOIN bank USING (account_id)
                     WHERE b.debit - b.credit IS DISTINCT FROM bank.amount)
            THEN 'handover_banks_confirmed'
        WHEN EXISTS (SELECT FROM (SELECT * FROM balance WHERE code ~ '^(1101|2001|2101)') AS b
                     FULL JOIN claim USING (account_id)
                     WHERE b.debit - b.credit IS DISTINCT FROM claim.amount)
            THEN 'handover_claims_listed'
        WHEN (SELECT coalesce(sum(credit - debit), 0) FROM balance WHERE code = '3001')
             IS DISTINCT FROM confirmed THEN 'handover_audit_agrees'
        WHEN 3 > (SELECT count(DISTINCT kind) FROM funds_handoverarchive
                  WHERE handover_id = handover AND is_live
                    AND kind IN ('VOUCHERS', 'LEDGERS', 'STATEMENTS'))
            THEN 'handover_archives_listed'
    END
$$;
