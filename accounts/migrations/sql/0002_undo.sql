DROP FUNCTION is_signed(text, bigint, integer, text, text[]);
DROP FUNCTION guard_transitions(regclass);
DROP FUNCTION refuse_unknown_transition();
DROP FUNCTION make_insert_only(regclass);
DROP FUNCTION refuse_change();
DROP FUNCTION seal_tenant_table(regclass);
DROP FUNCTION carry_pool_in_keys(regclass);
DROP FUNCTION ensure_pool_key(regclass);
DROP FUNCTION current_pool();
