{#- Which source is believed where two tell of the same time: the lowest rank. From 4 on they are scrobbles. -#}
{%- macro source_rank(source) -%}
    case {{ source }}
        when 'simulated' then 0
        when 'extended' then 1
        when 'account' then 2
        when 'api' then 3
        when 'lastfm' then 4
        else 5
    end
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
        {{ source }} in ('api', 'lastfm', 'listenbrainz')
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

{#- When a stream began and stopped. An offline play stopped when the device's clock says, not at its upload. -#}
{%- macro began_at(history) -%} coalesce({{ history }}.started_at, {{ history }}.played_at) {%- endmacro -%}

{%- macro stopped_at(history) -%}
    case
        when {{ history }}.started_at_source = 'offline_timestamp'
        then {{ add_ms(history ~ ".started_at", "coalesce(" ~ history ~ ".ms_played, 0)") }}
        else coalesce({{ history }}.ended_at, {{ history }}.played_at)
    end
{%- endmacro -%}

{#- Two files of Last.fm, one of them with minutes, are two sources that can tell of the same play. -#}
{%- macro told_by(history) -%} {{ history }}.source || {{ history }}.ended_at_precision {%- endmacro -%}

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
