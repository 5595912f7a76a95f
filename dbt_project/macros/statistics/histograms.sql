{# Range and number of histogram buckets of each audio feature: 20 of equal width, but one per value where a
   feature only takes whole numbers. #}
{% macro feature_buckets() -%}
    {%- set buckets = {
        "loudness": {"lowest": -60, "width": 3, "n": 20},
        "tempo": {"lowest": 0, "width": 12.5, "n": 20},
        "time_signature": {"lowest": 0, "width": 1, "n": 8},
        "key": {"lowest": 0, "width": 1, "n": 12},
        "mode": {"lowest": 0, "width": 1, "n": 2},
    } -%}
    {%- for feature in audio_features() if feature not in buckets -%}
        {%- do buckets.update({feature: {"lowest": 0, "width": 0.05, "n": 20}}) -%}
    {%- endfor -%}
    {{ return(buckets) }}
{%- endmacro %}

{# Bucket of a value, from 1; values outside the range belong to the first or the last one. #}
{% macro bucket_of(value, range) -%}
    cast(
        greatest(1, least({{ range.n }}, floor(({{ value }} - ({{ range.lowest }})) / {{ range.width }}) + 1)) as integer
    )
{%- endmacro %}
