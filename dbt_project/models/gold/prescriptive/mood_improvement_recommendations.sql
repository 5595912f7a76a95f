-- Which measured tracks sound calmer, brighter, more energetic or more instrumental
-- than what you usually play, and fit you?
-- Grain: one row per listener and rank.
-- Caveat: a track in two playlists has a rank for each. The differences are those of
-- the music; nothing is said about how you will feel. Empty until lists were made.
with
    playlists as (
        select *
        from {{ ref("personalized_playlist_suggestions") }}
        where playlist_name in ('focus', 'energy', 'calm', 'lift')
    ),
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    usual as (
        select
            listener_id,
            sum(plays * valence) filter (where is_measured)
            / nullif(sum(plays) filter (where is_measured), 0) as usual_valence,
            sum(plays * energy) filter (where is_measured)
            / nullif(sum(plays) filter (where is_measured), 0) as usual_energy,
            coalesce(
                {{ share("sum(plays) filter (where is_measured)", "sum(plays)") }}, 0
            ) as measured_share
        from heard_tracks
        group by listener_id
    ),
    compared as (
        select
            playlists.*,
            playlists.playlist_name as target_scenario,
            usual.usual_valence,
            usual.usual_energy,
            usual.measured_share,
            playlists.valence - usual.usual_valence as valence_difference,
            playlists.energy - usual.usual_energy as energy_difference,
            row_number() over (
                partition by playlists.listener_id
                order by
                    playlists.affinity desc nulls last,
                    playlists.playlist_name nulls last,
                    playlists.position nulls last
            ) as rank
        from playlists
        left join usual on playlists.listener_id = usual.listener_id
    )

select
    listener_id,
    rank,
    target_scenario,
    track_id,
    track_name,
    artist_name,
    track_genre,
    valence,
    energy,
    usual_valence,
    usual_energy,
    measured_share,
    valence_difference,
    energy_difference,
    play_count,
    affinity,
    is_new_to_listener,
    why
    || '; '
    || case
        when target_scenario = 'lift'
        then {{ difference_in_words("valence_difference", "valence") }}
        else {{ difference_in_words("energy_difference", "energy") }}
    end as reason,
    created_at,
    model,
    model_version,
    is_simulated
from compared
order by listener_id nulls last, rank nulls last
