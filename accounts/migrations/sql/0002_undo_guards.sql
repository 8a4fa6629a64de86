DROP FUNCTION is_signed(text, bigint, integer, text, text[]);
DROP FUNCTION guard_transitions(regclass);
DROP FUNCTION refuse_unknown_transition();
DROP FUNCTION make_insert_only(regclass);
DROP FUNCTION refuse_change();
