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
