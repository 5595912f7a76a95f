-- Which rows of one source repeat another of its rows? Two of one song that cannot both
-- have been played. Grain: play_id. With lengths: from the same second (of the device's
-- clock where there is one), or together for more than half of the shorter. Without:
-- closer than 30 s or half the song, 4 minutes at most. The longest stays.
with
    play_clocks as (select * from {{ ref("play_clocks") }} where title_key is not null),
    following as (
        select
            *,
            lag(play_id) over same_song as earlier_play_id,
            lag(artist_key) over same_song as earlier_artist_key,
            lag(first_artist_key) over same_song as earlier_first_artist_key,
            lag(ms_played) over same_song as earlier_ms,
            lag(device_started_at) over same_song as earlier_device_at,
            lag(played_second) over same_song as earlier_played_second,
            lag(began_second) over same_song as earlier_began_second
        from play_clocks
        window
            same_song as (
                partition by listener_id, told_by, title_key
                order by began_second nulls last, play_id nulls last
            )
    ),
    compared as (
        select
            *,
            case
                when earlier_play_id is null
                then false
                when device_started_at = earlier_device_at
                then true
                when ms_played is null
                then
                    played_second - earlier_played_second
                    < greatest(30, least(coalesce(duration_ms, 0), 480000) / 2000)
                when not is_precise
                then false
                when
                    played_second = earlier_played_second
                    and coalesce(device_started_at = earlier_device_at, true)
                then true
                else
                    (earlier_began_second - began_second) * 1000 + earlier_ms
                    > greatest(2000, least(ms_played, earlier_ms) / 2)
            end
            and (
                coalesce(artist_key = earlier_artist_key, true)
                or {{ within("first_artist_key", "earlier_artist_key") }}
                or {{ within("earlier_first_artist_key", "artist_key") }}
            ) as is_repeat
        from following
    ),
    numbered as (
        select
            *,
            sum(case when is_repeat then 0 else 1 end) over (
                partition by listener_id, told_by, title_key
                order by began_second nulls last, play_id nulls last
                rows between unbounded preceding and current row
            ) as play_number
        from compared
        -- Few songs have any: only their streams are sorted again.
        where title_key in (select title_key from compared where is_repeat)
    )

select play_id, first_value(play_id) over longest_first as kept_play_id
from numbered
window
    longest_first as (
        partition by listener_id, told_by, title_key, play_number
        order by
            ms_played desc nulls last,
            spotify_id nulls last,
            began_second nulls last,
            play_id nulls last
    )
qualify row_number() over longest_first > 1
