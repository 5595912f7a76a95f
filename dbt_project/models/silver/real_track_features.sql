-- The real features that count: of several providers the latest. Grain: track_id.
-- Key -1 means that none was found.
with track_features as (select * from {{ ref("my_tracks_features_bronze") }})

select
    track_id,
    provider,
    {%- for feature in audio_features() if feature != "key" %}
        {{ feature }},
    {%- endfor %}
    nullif(key, -1) as key,
    fetched_at
from track_features
qualify
    row_number() over (
        partition by track_id order by fetched_at desc nulls last, provider nulls last
    )
    = 1
