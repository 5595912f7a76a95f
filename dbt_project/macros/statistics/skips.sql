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

{# How well a track was known when it was played, from the number of its streams by then, in four steps;
   NULL for a stream of no known track. #}
{% macro familiarity(times_heard) -%}
    case
        when {{ times_heard }} = 1
        then '1st time'
        when {{ times_heard }} <= 5
        then '2 to 5 times'
        when {{ times_heard }} <= 20
        then '6 to 20 times'
        when {{ times_heard }} > 20
        then 'over 20 times'
    end
{%- endmacro %}
