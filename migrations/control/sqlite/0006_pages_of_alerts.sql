-- A page of alerts, and how many there are, are told from an index. Alerts that turned out to be nothing (matches = 0) are never shown.
drop index alert_of_organization;
drop index alert_of_device;
create index alert_of_organization on alert(organization_id, created_at, no) where matches > 0;
create index alert_of_level on alert(organization_id, level, created_at, no) where matches > 0;
create index alert_of_device on alert(organization_id, device_id, first_at, created_at, no, level) where matches > 0;
create index alert_of_activity on alert(organization_id, first_at, created_at, no) where matches > 0;
create index alert_of_rule on alert(rule_no, created_at, no) where matches > 0;
