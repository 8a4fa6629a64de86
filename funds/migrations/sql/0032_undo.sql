DELETE FROM funds_postingaccount WHERE rule_id = 'E14' AND prefix IN ('5201', '110101');
UPDATE funds_postingrule SET document = '重发审批单' WHERE event = 'E14';
