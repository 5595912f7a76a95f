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

{#- Long enough, or from a source that reports finished plays only and knows no length. -#}
{%- macro is_play(ms_played, source) -%}
    coalesce({{ ms_played }} >= {{ var("min_play_seconds") }} * 1000, {{ source }} in ('api', 'lastfm', 'listenbrainz'))
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
