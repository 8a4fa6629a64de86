-- Seal the tables of payouts.

SELECT seal_tenant_table(t::regclass) FROM unnest(ARRAY[
    'payouts_benefititem', 'payouts_checklist', 'payouts_checkquestion', 'payouts_claimant',
    'payouts_payeeaccount', 'payouts_benefitcase', 'payouts_intakestep', 'payouts_entitlement',
    'payouts_sourceextract', 'payouts_sourceextractrow', 'payouts_comparisonrun',
    'payouts_comparisonresult', 'payouts_disbursementplan', 'payouts_disbursementplanline',
    'payouts_paymentapplication', 'payouts_planunlock', 'payouts_paymentbatch',
    'payouts_batchplan', 'payouts_paymentinstruction', 'payouts_bankfile', 'payouts_bankmessage',
    'payouts_bankreturn', 'payouts_bankreturnline', 'payouts_reissuerequest']) AS t;

SELECT make_insert_only(t::regclass) FROM unnest(ARRAY[
    'payouts_payeeaccount', 'payouts_intakestep', 'payouts_sourceextractrow',
    'payouts_paymentapplication', 'payouts_bankfile', 'payouts_bankmessage',
    'payouts_bankreturnline']) AS t;
