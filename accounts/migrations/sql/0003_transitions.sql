-- The permitted changes of state; accounts/workflows.py holds the same table.

INSERT INTO accounts_statetransition (table_name, from_state, to_state) VALUES
    ('accounts_postgrant', 'REVIEW', 'APPROVAL'),
    ('accounts_postgrant', 'REVIEW', 'REFUSED'),
    ('accounts_postgrant', 'APPROVAL', 'EFFECTIVE'),
    ('accounts_postgrant', 'APPROVAL', 'REFUSED'),
    ('accounts_postgrant', 'EFFECTIVE', 'REVOKED'),
    ('accounts_postgrant', 'EFFECTIVE', 'EXPIRED');
SELECT guard_transitions('accounts_postgrant');
