-- How much do the listeners of this warehouse have in common?
-- Grain: one row per listener and other listener, each pair in both directions.
-- Caveat: compares names of tracks and artists, not how they sound. taste_distance
-- weighs artists by plays; the shares count each artist and track once. The divergence
-- is Jensen and Shannon's: an artist that only one of the two plays adds half a weight.
{%- set gate = var("gate_artists") %}
with
    heard_tracks as (
        select *, coalesce(household_track_id, track_id) as household_id
        from {{ ref("heard_tracks") }}
    ),
    shared_artists as (select * from {{ ref("shared_artists") }}),
    listeners as (
        select
            listener_id,
            count(distinct household_id) as tracks,
            count(distinct artist_name) as artists,
            bool_or(is_simulated) as is_simulated
        from heard_tracks
        group by listener_id
    ),
    shared_tracks as (
        select
            a.listener_id,
            b.listener_id as other_listener_id,
            count(distinct household_id) as n
        from heard_tracks as a
        inner join heard_tracks as b using (household_id)
        where a.listener_id <> b.listener_id
        group by a.listener_id, b.listener_id
    ),
    pairs as (
        select
            a.*,
            b.listener_id as other_listener_id,
            least(a.artists, b.artists) as least_artists,
            a.is_simulated or b.is_simulated as is_either_simulated
        from listeners as a
        inner join listeners as b on a.listener_id <> b.listener_id
    )

select
    listener_id,
    other_listener_id,
    pairs.artists,
    coalesce(shared_artists.n, 0) as shared_artists,
    {{ share("coalesce(shared_artists.n, 0)", "pairs.artists") }}
    as shared_artist_share,
    coalesce(shared_artists.weight, 0e0) as shared_play_share,
    pairs.tracks,
    coalesce(shared_tracks.n, 0) as shared_tracks,
    {{ share("coalesce(shared_tracks.n, 0)", "pairs.tracks") }} as shared_track_share,
    case
        when pairs.least_artists >= {{ gate }}
        then sqrt(greatest(0e0, coalesce(shared_artists.divergence, 1e0)))
    end as taste_distance,
    case
        when pairs.least_artists < {{ gate }}
        then
            'needs {{ gate }} artists each, has ' || cast(pairs.least_artists as string)
    end as reason,
    pairs.is_either_simulated as is_simulated
from pairs
left join shared_artists using (listener_id, other_listener_id)
left join shared_tracks using (listener_id, other_listener_id)
order by listener_id nulls last, other_listener_id nulls last
