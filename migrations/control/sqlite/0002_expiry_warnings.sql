-- Days before the end of a credential's life at which its last warning stands in the history (30, 7, 1); 0: none yet. A
-- new credential is a new row and begins at 0.
alter table device_secret add column expiry_warned integer not null default 0;
