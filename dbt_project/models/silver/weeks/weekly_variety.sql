-- How varied and how new a listener's weeks are. Grain: listener_id, week_start
-- (Monday); weeks with plays, days end at 04:00. Repetition and effective tracks are of
-- the first plays of the week (var rarefaction_plays), because both grow with their
-- number; NULL where the week has fewer. Novelty is of the whole history;
-- weekly_listening says where that is long enough to mean something.
{%- set m = var("rarefaction_plays") %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    first_plays as (
        select listener_id, track_id, min(listening_date) as first_date
        from listening
        where track_id is not null
        group by listener_id, track_id
    ),
    plays as (
        select
            listener_id,
            track_id,
            first_date,
            cast(date_trunc('week', listening_date) as date) as week_start,
            row_number() over (
                partition by
                    listener_id, cast(date_trunc('week', listening_date) as date)
                order by started_at nulls last, play_id nulls last
            ) as place
        from listening
        inner join first_plays using (listener_id, track_id)
    ),
    tracks as (
        select
            listener_id,
            week_start,
            count(*) as plays,
            count(case when place <= {{ m }} then 1 end) as sampled,
            count(
                case when first_date >= week_start - interval 21 days then 1 end
            ) as new_plays
        from plays
        group by listener_id, week_start, track_id
    )

select
    listener_id,
    week_start,
    cast(sum(plays) as bigint) as plays,
    case
        when sum(sampled) = {{ m }}
        then 1 - count(case when sampled > 0 then 1 end) / {{ m }}e0
    end as repetition,
    case
        when sum(sampled) = {{ m }}
        then
            exp(
                ln({{ m }}e0)
                - sum(case when sampled > 0 then sampled * ln(sampled) end) / {{ m }}e0
            )
    end as effective_tracks,
    {{ share("sum(new_plays)", "sum(plays)") }} as novelty
from tracks
group by listener_id, week_start
