-- What was each year of your listening about?
-- Grain: one row per listener, year and item.
-- Caveat: calendar years in local time; a year that is not complete says less, see
-- history_completeness. The longest streak is the longest within the year; no top album
-- where the album of more than half of the plays is unknown.
{% set items = [
    ["plays", "years", "date", "plays", "null", "date"],
    ["minutes", "years", "date", "minutes", "null", "date"],
    ["days", "years", "date", "days", "null", "date"],
    ["tracks", "years", "date", "tracks", "null", "date"],
    ["artists", "years", "date", "artists", "null", "date"],
    ["new_tracks", "years", "date", "new_tracks", "null", "date"],
    ["new_artists", "years", "date", "new_artists", "null", "date"],
    ["top_track", "top_tracks", "period_start", "plays", "track_name || ' - ' || artist_name", "rank"],
    ["top_artist", "top_artists", "period_start", "plays", "artist_name", "rank"],
    ["top_album", "albums", "period_start", "plays", "album_name || ' - ' || artist_name", "rank"],
    ["top_genre", "genres", "period_start", "plays", "track_genre", "rank"],
    ["busiest_day", "on_this_day", "date", "plays", "cast(date as string)", "plays desc, date"],
    ["longest_streak", "year_streaks", "date", "days", "span", "days desc, first_date"],
    ["most_in_a_day", "months", "month_start", "day_obsession_plays", "day_obsession_track_name || ' - ' || day_obsession_artist_name", "day_obsession_plays desc, month_start"],
] %}
with
    on_this_day as (select * from {{ ref("on_this_day") }}),
    streaks as (select * from {{ ref("listening_streaks") }}),
    months as (select * from {{ ref("discovery_and_repeat") }}),
    track_days as (select * from {{ ref("track_days") }}),
    {% for thing in ["top_tracks", "top_artists", "top_albums"] %}
        {{ thing }} as (select * from {{ ref(thing) }} where period_kind = 'year'),
    {% endfor %}
    genres as (select * from {{ ref("genre_mix") }} where period_kind = 'year'),
    years as (
        select
            listener_id,
            cast(date_trunc('year', local_date) as date) as date,
            cast(extract(year from local_date) || '-12-31' as date) as last_day,
            sum(plays) as plays,
            sum(ms_played) / 60000e0 as minutes,
            count(distinct local_date) as days,
            count(distinct track_id) as tracks,
            count(distinct artist_name) as artists,
            {{ share("sum(case when album_name is not null then plays end)", "sum(plays)") }}
            as album_share,
            count(
                distinct case when track_first_date = local_date then track_id end
            ) as new_tracks,
            count(
                distinct case when artist_first_date = local_date then artist_name end
            ) as new_artists,
            bool_or(is_simulated) as is_simulated
        from track_days
        group by all
    ),
    albums as (
        select top_albums.*
        from top_albums
        inner join
            years
            on top_albums.listener_id = years.listener_id
            and top_albums.period_start = years.date
        where years.album_share >= 0.5
    ),
    year_streaks as ({{ streaks_within("streaks", "years") }})

{% for item, source, day, value, text, order in items %}
    select
        listener_id,
        cast(extract(year from {{ day }}) as integer) as year,
        '{{ item }}' as item,
        cast({{ value }} as double) as value,
        cast({{ text }} as string) as text,
        is_simulated
    from {{ source }}
    where listener_id <> 'all' and {{ value }} is not null
    qualify
        row_number() over (
            partition by listener_id, extract(year from {{ day }})
            order by {{ order }} nulls last
        )
        = 1
        {{ "union all" if not loop.last }}
{% endfor %}
