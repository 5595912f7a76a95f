-- The real features that count: of several providers the latest that knows both valence
-- and energy, else the latest. Grain: track_id. Key -1 means that none was found; with
-- tempo 0 nothing can be measured of the rhythm, and those values are NULL here.
with
    track_features as (
        select *, coalesce(tempo = 0, false) as is_silent
        from {{ ref("my_tracks_features_bronze") }}
    )

select
    track_id,
    provider,
    {%- for feature in audio_features() if feature != "key" %}
        {%- if feature in ("danceability", "valence", "speechiness", "tempo", "time_signature") %}
            case when not is_silent then {{ feature }} end as {{ feature }},
        {%- else %} {{ feature }},
        {%- endif %}
    {%- endfor %}
    nullif(key, -1) as key,
    fetched_at
from track_features
qualify
    row_number() over (
        partition by track_id
        order by
            case
                when
                    track_features.valence is not null
                    and track_features.energy is not null
                then 0
                else 1
            end nulls last,
            fetched_at desc nulls last,
            provider nulls last
    )
    = 1
