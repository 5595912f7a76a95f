{# What counts as a skip, by the name of the definition: true, false, or NULL where a source cannot tell. #}
{% macro skip_definitions() -%}
    {{
        return(
            {
                "ended_early": "was_skipped",
                "under_30_seconds": "ms_played < 1000 * " ~ var("min_play_seconds"),
            }
        )
    }}
{%- endmacro %}
