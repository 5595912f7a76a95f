-- The real features that count: of several providers, and of all ids of a recording,
-- the latest that know both valence and energy, else the latest. Grain: listener_id,
-- track_id. The
-- key -1 means that none was found; with tempo 0 nothing can be measured of the rhythm,
-- and those values are NULL here.
with
    features as (select * from {{ ref("my_tracks_features_bronze") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    track_features as (
        select
            features.*,
            track_identities.listener_id,
            track_identities.track_id as recording_id,
            coalesce(features.tempo = 0, false) as is_silent
        from features
        inner join track_identities on features.track_id = track_identities.told_id
        where track_identities.listener_id <> {{ household() }}
    )

select
    listener_id,
    recording_id as track_id,
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
        partition by listener_id, recording_id
        order by
            case
                when
                    track_features.valence is not null
                    and track_features.energy is not null
                then 0
                else 1
            end nulls last,
            fetched_at desc nulls last,
            provider nulls last,
            track_features.track_id nulls last
    )
    = 1
