-- Matches of a rule and hour at all devices together stand in the row of no device, so that what is shown of every rule reads one
-- row an hour, however many devices there are.
insert into rule_count(rule_no, device_id, hour, matches) select rule_no, '', hour, sum(matches) from rule_count group by rule_no, hour;
