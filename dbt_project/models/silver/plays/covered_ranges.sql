-- Which days each import and each source tells of, as ranges of dates. Grain:
-- listener_id, source, from_date,
-- to_date. The files of one import are one export, so days between two of its files
-- are covered; a day with plays
-- is covered by their source whether or not a file says so; a video file covers
-- nothing. Ranges of files count UTC
-- days, plays local ones. An import whose range lies within that of another one adds
-- nothing: one that was cut off leaves no trace once it was done again.
with
    files as (select * from {{ ref("ingest_files_bronze") }}),
    listening as (select * from {{ ref("listening_with_features") }}),
    imports as (
        select
            listener_id,
            kind as source,
            cast(min(covered_from) as date) as from_date,
            cast(max(covered_to) as date) as to_date
        from files
        where covered_from is not null and coalesce(content_type, 'audio') = 'audio'
        group by listener_id, run_id, kind
    ),
    widest_imports as (
        select *
        from imports
        where
            not exists (
                select 1
                from imports as wider
                where
                    wider.listener_id = imports.listener_id
                    and wider.source = imports.source
                    and wider.from_date <= imports.from_date
                    and wider.to_date >= imports.to_date
                    and (
                        wider.from_date < imports.from_date
                        or wider.to_date > imports.to_date
                    )
            )
    )

select listener_id, source, from_date, to_date
from widest_imports
union
select listener_id, source, local_date as from_date, local_date as to_date
from listening
