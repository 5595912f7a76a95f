{#- Which source is believed where two tell of the same time: the lowest rank. -#}
{%- macro source_rank(source) -%}
    case {{ source }}
        {%- for one in var("play_sources") %} when '{{ one.name }}' then {{ one.rank }} {%- endfor %} else 99
    end
{%- endmacro -%}

{#- Whether a fact of the table of sources holds of this one. -#}
{%- macro source_is(source, fact, value=true) -%}
    {{ source }} in (
        {%- set joined = joiner(", ") -%}
        {%- for one in var("play_sources") if one[fact] == value -%} {{ joined() }}'{{ one.name }}' {%- endfor -%}
    )
{%- endmacro -%}

{#- Kinds of content that never stand for each other; a video file must not hide music. -#}
{%- macro content_group(content_type) -%}
    case when {{ is_music(content_type) }} then 'music' else {{ content_type }} end
{%- endmacro -%}

{%- macro is_music(content_type) -%} {{ content_type }} in ('track', 'local', 'unknown') {%- endmacro -%}

{#- Long enough, or from a source that reports finished plays only and knows no length. An unknown duration asks no share. -#}
{%- macro is_play(ms_played, source, duration_ms) -%}
    coalesce(
        {{ ms_played }} >= {{ var("min_play_seconds") }} * 1000
        {%- if min_play_share() > 0 %}
            and coalesce({{ ms_played }} >= {{ min_play_share() }} * {{ duration_ms }}, true)
        {%- endif %},
        {{ source_is(source, "tells_lengths", false) }}
    )
{%- endmacro -%}

{#- `skipped` alone is unset for years of history; the reason a stream ended tells more. -#}
{%- macro was_skipped(skipped, reason_end) -%}
    case
        when {{ skipped }} then true
        when {{ reason_end }} is not null then {{ reason_end }} in ('fwdbtn', 'backbtn', 'endplay', 'unknown')
        else {{ skipped }}
    end
{%- endmacro -%}

{#- Nobody listens to one stream for half a day: a counter ran on, of which only the end is known. -#}
{%- macro is_overlong(ms_played) -%}
    coalesce({{ ms_played }} > {{ var("longest_stream_hours") }} * 3600000, false)
{%- endmacro -%}

{#- When a stream began and stopped. An offline play stopped when the device's clock says, not at its upload. -#}
{%- macro began_at(history) -%}
    case
        when {{ is_overlong(history ~ ".ms_played") }}
        then {{ stopped_at(history) }}
        else coalesce({{ history }}.started_at, {{ history }}.played_at)
    end
{%- endmacro -%}

{%- macro stopped_at(history) -%}
    case
        when
            ({{ history }}.started_at_source = 'offline_timestamp' and {{ history }}.offline)
            or ({{ history }}.ended_at is null and {{ history }}.ms_played is not null)
        then {{ add_ms(history ~ ".started_at", "coalesce(" ~ history ~ ".ms_played, 0)") }}
        else coalesce({{ history }}.ended_at, {{ history }}.played_at)
    end
{%- endmacro -%}

{#- Until when a stream was heard: a pause inside a song that is longer than a session's is a break, and where in
    the song it was nobody knows; the song is taken as heard before it. -#}
{%- macro heard_until(started_at, ended_at, ms_played) -%}
    case
        when
            {{ epoch_seconds(ended_at) }} - {{ epoch_seconds(started_at) }} - {{ ms_played }} / 1000
            > {{ var("session_gap_minutes") }} * 60
        then {{ add_ms(started_at, ms_played) }}
        else {{ ended_at }}
    end
{%- endmacro -%}

{#- Two files of Last.fm, one of them with minutes, are two sources that can tell of the same play. -#}
{%- macro told_by(history) -%} {{ history }}.source || {{ history }}.ended_at_precision {%- endmacro -%}

{#- Of two sources that know no lengths, the one with minutes is the weaker. -#}
{%- macro precise_rank(history) -%}
    {{ source_rank(history ~ ".source") }}
    + case
        when {{ history }}.ended_at_precision = 'minute' and {{ source_is(history ~ ".source", "tells_lengths", false) }}
        then 100
        else 0
    end
{%- endmacro -%}

{#- The earlier and the later of the two moments that a source tells of a play. -#}
{%- macro first_moment(history) -%}
    least({{ began_at(history) }}, coalesce({{ history }}.ended_at, {{ history }}.played_at))
{%- endmacro -%}

{%- macro last_moment(history) -%}
    greatest({{ began_at(history) }}, coalesce({{ history }}.ended_at, {{ history }}.played_at))
{%- endmacro -%}

{#- From when to when each source tells of a listener's music. -#}
{%- macro source_spans(history) -%}
    select
        listener_id,
        {{ told_by("history") }} as told_by,
        min({{ first_moment("history") }}) as first_moment,
        max({{ last_moment("history") }}) as last_moment
    from {{ history }} as history
    where {{ is_music("content_type") }}
    group by listener_id, {{ told_by("history") }}
{%- endmacro -%}

{#- For each source of a listener, from when to when any of the others tells something; minutes may lie between. -#}
{%- macro other_spans(spans) -%}
    select
        mine.listener_id,
        mine.told_by,
        min(others.first_moment) - interval 1 hour as first_moment,
        max(others.last_moment) + interval 1 hour as last_moment
    from {{ spans }} as mine
    inner join {{ spans }} as others on mine.listener_id = others.listener_id and mine.told_by <> others.told_by
    group by mine.listener_id, mine.told_by
{%- endmacro -%}

{#- Whether a weaker row is near enough to a stronger one. A moment whose meaning is not sure is tried as an end. -#}
{%- macro is_near_pair(stronger, weaker) -%}
    {%- set near = "greatest(" ~ stronger ~ ".near_seconds, " ~ weaker ~ ".near_seconds)" -%}
    (
        (
            {{ stronger }}.knows_start
            and {{ weaker }}.knows_start
            and abs({{ stronger }}.began_second - {{ weaker }}.began_second) <= {{ near }}
        )
        or (
            {{ stronger }}.knows_end
            and {{ weaker }}.knows_end
            and abs({{ stronger }}.ended_second - {{ weaker }}.ended_second) <= {{ near }}
        )
        or (
            {{ weaker }}.ms_played is null
            and {{ weaker }}.played_second
            between {{ stronger }}.began_second - {{ near }} and {{ stronger }}.ended_second + {{ near }}
        )
        or (
            {{ weaker }}.ms_played is null
            and not {{ weaker }}.knows_end
            and abs({{ weaker }}.played_second - {{ weaker }}.duration_ms / 1000 - {{ stronger }}.began_second)
            <= {{ near }}
        )
    )
{%- endmacro -%}

{#- Which weaker row is which stronger one, of pairs that can be: in order, each weaker row the first that is left. -#}
{%- macro in_order(pairs) -%}
    {%- set same = "listener_id, title_key, source_rank, weaker_rank" -%}
    select pairs.*
    from {{ pairs }} as pairs
    inner join
        (
            select
                weaker_play_id,
                source_rank,
                position
                + max(first_position - position) over (
                    partition by {{ same }}, island
                    order by position nulls last
                    rows between unbounded preceding and current row
                ) as position
            from
                (
                    select
                        *,
                        row_number() over (
                            partition by {{ same }}, island
                            order by weaker_second nulls last, weaker_play_id nulls last
                        ) as position
                    from ({{ islands_of_pairs(pairs) }}) as numbered
                ) as ordered
        ) as taken
        on pairs.weaker_play_id = taken.weaker_play_id
        and pairs.source_rank = taken.source_rank
        and pairs.position = taken.position
{%- endmacro -%}

{#- Weaker rows of one song with the stronger ones they can be, from first to last; what shares none is apart. -#}
{%- macro islands_of_pairs(pairs) -%}
    {%- set same = "listener_id, title_key, source_rank, weaker_rank" -%}
    select
        *,
        sum(case when first_position > latest_before then 1 else 0 end) over (
            partition by {{ same }}
            order by weaker_second nulls last, weaker_play_id nulls last
            rows between unbounded preceding and current row
        ) as island
    from
        (
            select
                *,
                max(last_position) over (
                    partition by {{ same }}
                    order by weaker_second nulls last, weaker_play_id nulls last
                    rows between unbounded preceding and 1 preceding
                ) as latest_before
            from
                (
                    select
                        {{ same }},
                        weaker_play_id,
                        weaker_second,
                        min(position) as first_position,
                        max(position) as last_position
                    from {{ pairs }}
                    group by {{ same }}, weaker_play_id, weaker_second
                ) as ranges
        ) as following
{%- endmacro -%}

{#- Streams of known length, put one behind the other where the rounding of their source lets them overlap: each
    begins when the one before it has stopped, but no later than its slack allows. Of streams that begin together
    the longest comes last, and is the one that counts. -#}
{%- macro placed_streams(streams) -%}
    {%- set in_time = "partition by listener_id order by began_at nulls last, ms_played nulls last, play_id nulls last" -%}
    select
        play_id,
        listener_id,
        ms_played,
        {{ add_ms("began_at", "least(greatest(earliest_ms + ms_before - " ~ epoch_ms("began_at") ~ ", 0), slack_ms)") }}
        as heard_from
    from
        (
            select
                *,
                max({{ epoch_ms("began_at") }} - ms_before) over (
                    {{ in_time }} rows between unbounded preceding and current row
                ) as earliest_ms
            from
                (
                    select
                        *,
                        cast(
                            coalesce(
                                sum(ms_played) over (
                                    {{ in_time }} rows between unbounded preceding and 1 preceding
                                ),
                                0
                            ) as bigint
                        ) as ms_before
                    from {{ streams }}
                    where ms_played > 0
                ) as summed
        ) as packed
{%- endmacro -%}
