{#- The 12 audio features, in the order in which the synthetic generator draws them. -#}
{%- macro audio_features() -%}
    {{
        return(
            [
                "danceability", "energy", "valence", "acousticness", "instrumentalness", "speechiness",
                "liveness", "loudness", "tempo", "time_signature", "key", "mode",
            ]
        )
    }}
{%- endmacro -%}

{#- Those that have a mean: all but time signature, key and mode. -#}
{%- macro continuous_features() -%} {{ return(audio_features()[:9]) }} {%- endmacro -%}

{#- How far a matched recording of the same name is from the track itself (docs/evidence.md). -#}
{%- macro match_error(match_method, same_length, same_name) -%}
    case
        {{ match_method }}
        when 'title_artist_duration'
        then cast({{ same_length }} as double)
        when 'title_artist'
        then cast({{ same_name }} as double)
        else cast({{ 0 }} as double)
    end
{%- endmacro -%}
