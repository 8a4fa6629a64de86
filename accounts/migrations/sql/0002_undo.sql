DROP FUNCTION seal_tenant_table(regclass);
DROP FUNCTION carry_pool_in_keys(regclass);
DROP FUNCTION ensure_pool_key(regclass);
DROP FUNCTION current_pool();
