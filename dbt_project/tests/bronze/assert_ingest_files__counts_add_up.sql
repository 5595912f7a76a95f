-- Every row of a file has one outcome: a receipt that does not add up lost rows.
select *
from {{ ref("ingest_files_bronze") }}
where
    rows_read
    <> rows_kept
    + rows_known
    + rows_podcast
    + rows_audiobook
    + rows_video
    + rows_skipped
    + rows_rejected
