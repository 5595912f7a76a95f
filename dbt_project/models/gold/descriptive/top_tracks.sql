-- Which tracks did you play most: of all time, in a year, in a quarter, in a month?
-- Grain: one row per listener ('all': everybody, where there are several), period and
-- rank, up to 100 tracks.
-- Caveat: ranked by plays, then time listened, then track_id; minutes are those of
-- plays
-- with a known length, see ms_played_share.
with
    track_days as (select * from {{ ref("track_days") }}),
    scopes as ({{ listener_scopes("track_days") }}),
    {{ period_sums("track_days", ["track_id"], "track_days.track_id is not null") }},
    leaders as ({{ leaders("periods") }}),
    names as (
        select
            scopes.scope_id as listener_id,
            {{ pooled_track_id("scopes.scope_id") }} as ranked_track_id,
            max(track_days.track_name) as track_name,
            max(track_days.artist_name) as artist_name
        from track_days
        inner join scopes using (listener_id)
        group by scopes.scope_id, {{ pooled_track_id("scopes.scope_id") }}
    ),
    ranked as (
        select
            *,
            row_number() over (
                partition by listener_id, period_kind, period_start
                order by
                    plays desc nulls last,
                    ms_played desc nulls last,
                    track_id nulls last
            ) as rank
        from leaders
    )

select
    ranked.listener_id,
    period_kind,
    period_start,
    cast(rank as integer) as rank,
    track_id,
    names.track_name,
    names.artist_name,
    plays,
    ms_played / 60000e0 as minutes,
    {{ share("timed_plays", "plays") }} as ms_played_share,
    first_played_at,
    last_played_at,
    is_simulated
from ranked
inner join
    names
    on ranked.listener_id = names.listener_id
    and ranked.track_id = names.ranked_track_id
where rank <= {{ var("ranking_depth") }}
order by
    listener_id nulls last,
    period_kind nulls last,
    period_start nulls last,
    rank nulls last
