-- Read the newest applications to stop, suspend or resume a person's entitlements.
--   claimant_id  the person
--   rows         how many at most
-- Returns the columns as common.db.read_objects takes them. Only reads.
SELECT h.id, h.kind, h.reason, h.happened_on, h.note, h.from_month, h.state, h.requested_at,
       e.id AS entitlement__id, e.claimant_name AS entitlement__claimant_name,
       e.months_granted AS entitlement__months_granted,
       e.months_planned AS entitlement__months_planned,
       k.id AS entitlement__claimant__id,
       k.identity_masked AS entitlement__claimant__identity_masked,
       i.id AS entitlement__item__id, i.name AS entitlement__item__name,
       o.id AS organisation__id, o.short_name AS organisation__short_name,
       u.id AS requested_by__id, u.name AS requested_by__name
FROM payouts_entitlementchange AS h
JOIN payouts_entitlement AS e ON e.id = h.entitlement_id
JOIN payouts_claimant AS k ON k.id = e.claimant_id
JOIN payouts_benefititem AS i ON i.id = e.item_id
JOIN accounts_organisation AS o ON o.id = h.organisation_id
JOIN accounts_user AS u ON u.id = h.requested_by_id
WHERE e.claimant_id = %(claimant_id)s
ORDER BY h.id DESC
LIMIT %(rows)s
