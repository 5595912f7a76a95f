-- Where do the audio features of your listening come from, and how were the tracks
-- matched?
-- Grain: one row per listener, feature source and match method.
-- Caveat: a track belongs to the source of its valence and energy; percentages are 0
-- to 100.
with
    listening as (select * from {{ ref("listening_with_features") }}),
    sources as (
        select
            listener_id,
            feature_source,
            match_method,
            count(*) as record_count,
            count(distinct track_id) as tracks,
            bool_and(is_measured) as is_measured,
            bool_or(is_simulated) as is_simulated
        from listening
        group by listener_id, feature_source, match_method
    )

select
    listener_id,
    feature_source,
    match_method,
    is_measured,
    record_count,
    100
    * {{ share("record_count", "sum(record_count) over (partition by listener_id)") }}
    as percentage,
    tracks,
    100
    * {{ share("tracks", "sum(tracks) over (partition by listener_id)") }}
    as track_percentage,
    is_simulated
from sources
order by listener_id nulls last, record_count desc nulls last
