-- What the device's clock said when a stream began, of every row. Until now only offline rows had kept it.
alter table raw.listening_history add column if not exists device_started_at timestamp;
update raw.listening_history set device_started_at = started_at where started_at_source = 'offline_timestamp';
