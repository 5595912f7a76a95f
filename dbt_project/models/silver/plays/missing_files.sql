-- Times between two files of an export whose numbers do not follow each other: what was
-- played then stands in a file that was not given. Grain: listener_id, run_id,
-- from_date. Only files with a number at the end of their name (endsong_3.json,
-- Streaming_History_Audio_2019-2020_3.json), without those of videos.
with
    files as (select * from {{ ref("ingest_files_bronze") }}),
    numbered as (
        select
            listener_id,
            run_id,
            covered_from,
            covered_to,
            cast(
                nullif(
                    regexp_extract(file_name, '_([0-9]{1,3})[.]json$', 1), ''
                ) as integer
            ) as file_number
        from files
        where
            kind = 'extended'
            and coalesce(content_type, 'audio') = 'audio'
            and covered_from is not null
    ),
    neighbours as (
        select
            *,
            lag(file_number) over by_number as previous_number,
            lag(covered_to) over by_number as previous_covered_to
        from numbered
        where file_number is not null
        window
            by_number as (
                partition by listener_id, run_id order by file_number nulls last
            )
    )

select
    listener_id,
    run_id,
    cast(previous_covered_to as date) as from_date,
    cast(covered_from as date) as to_date,
    file_number - previous_number - 1 as n_missing
from neighbours
where file_number > previous_number + 1 and covered_from > previous_covered_to
