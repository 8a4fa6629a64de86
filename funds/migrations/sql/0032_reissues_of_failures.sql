-- What is paid again is booked by E14 from the bank's answer: also a returned transfer, and what
-- fails once more where the bank debits gross.
-- funds/posting_rules.py holds the same rows; a test compares the two.
INSERT INTO funds_postingaccount (rule_id, side, prefix)
VALUES ('E14', 'DEBIT', '5201'), ('E14', 'DEBIT', '110101');
UPDATE funds_postingrule SET document = '重发审批单和银行回盘' WHERE event = 'E14';
