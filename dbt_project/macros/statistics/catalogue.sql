{# Columns of the catalogue file; for numbers the range a sound value lies in, for text and flags none. #}
{% macro catalogue_columns() -%}
    {%- set columns = {
        "track_id": none,
        "artists": none,
        "album_name": none,
        "track_name": none,
        "popularity": [0, 100],
        "duration_ms": [1, 86400000],
        "explicit": none,
        "track_genre": none,
        "loudness": [-60, 5],
        "tempo": [1, 300],
        "time_signature": [3, 7],
        "key": [0, 11],
    } -%}
    {%- for feature in audio_features() if feature not in columns -%}
        {%- do columns.update({feature: [0, 1]}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
