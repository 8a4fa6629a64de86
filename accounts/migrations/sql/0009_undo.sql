DROP FUNCTION refer_by_statement(regclass, text[]);
DROP FUNCTION release_references(regclass, text[]);
DROP FUNCTION refuse_new_reference();
DROP FUNCTION check_references();
DROP FUNCTION keep_referred_rows(regclass);
DROP FUNCTION refuse_removal();
