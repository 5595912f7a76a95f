-- What a listener played on each calendar day with plays, local time. Grain:
-- listener_id, local_date. Averages are over measured plays only, so that statistics
-- and models may read them; measured_share says how many those are. The averages of
-- all plays, synthetic stand-ins included, end in _with_synthetic.
with
    listening_with_features as (select * from {{ ref("listening_with_features") }}),
    play_hours as (select * from {{ ref("play_hours") }}),
    first_plays as (
        select listener_id, track_id, min(local_date) as local_date
        from listening_with_features
        where track_id is not null
        group by listener_id, track_id
    ),
    new_tracks as (
        select listener_id, local_date, count(*) as n_new_tracks
        from first_plays
        group by listener_id, local_date
    ),
    days as (
        select
            listener_id,
            local_date,
            count(*) as plays,
            count(minutes) as n_timed,
            count(distinct track_id) as n_tracks,
            count(distinct artist_name) as n_artists,
            {%- for feature in ("valence", "energy", "tempo") %}
                avg({{ feature }}) filter (where is_measured) as avg_{{ feature }},
                avg({{ feature }}) as avg_{{ feature }}_with_synthetic,
            {%- endfor %}
            count(*) filter (where is_measured) as n_measured,
            max(is_simulated) as is_simulated
        from listening_with_features
        group by listener_id, local_date
    ),
    -- What was heard after midnight is the next day's, where anything was played on it.
    heard as (
        select
            play_hours.listener_id,
            coalesce(days.local_date, play_hours.started_date) as local_date,
            sum(play_hours.minutes) as minutes
        from play_hours
        left join
            days
            on play_hours.listener_id = days.listener_id
            and play_hours.local_date = days.local_date
        group by
            play_hours.listener_id, coalesce(days.local_date, play_hours.started_date)
    )

select
    days.listener_id,
    days.local_date,
    days.plays,
    case when days.n_timed > 0 then coalesce(heard.minutes, 0) end as minutes,
    days.n_timed,
    days.n_tracks,
    days.n_artists,
    coalesce(new_tracks.n_new_tracks, 0) as n_new_tracks,
    days.avg_valence,
    days.avg_energy,
    days.avg_tempo,
    days.avg_valence_with_synthetic,
    days.avg_energy_with_synthetic,
    days.avg_tempo_with_synthetic,
    days.n_measured,
    {{ share("days.n_measured", "days.plays") }} as measured_share,
    days.is_simulated
from days
left join
    new_tracks
    on days.listener_id = new_tracks.listener_id
    and days.local_date = new_tracks.local_date
left join
    heard on days.listener_id = heard.listener_id and days.local_date = heard.local_date
