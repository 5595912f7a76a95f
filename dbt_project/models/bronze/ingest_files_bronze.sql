-- Every file that was taken in, with a count per outcome that adds up to rows_read.
-- Grain: run_id, file_name.
with ingest_files as (select * from {{ source("raw", "ingest_files") }})

select
    run_id,
    listener_id,
    file_name,
    sha256,
    kind,
    content_type,
    covered_from,
    covered_to,
    rows_read,
    rows_kept,
    rows_known,
    rows_podcast,
    rows_audiobook,
    rows_video,
    rows_skipped,
    rows_rejected,
    status
from ingest_files
