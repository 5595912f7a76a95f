-- How much of one kind does a listener's music of a week sound? Grain: listener_id,
-- week_start (Monday); weeks with measured plays, days end at 04:00. Each track is a
-- direction: nine features against the catalogue's mean and deviation, cut to length 1.
-- gs_score is the length of their mean, weighted by minutes: 1 for one sound, near 0
-- for
-- all. NULL under var rarefaction_plays measured plays, because chance makes few alike.
{%- set features = continuous_features() %}
with
    listening as (select * from {{ ref("listening_with_features") }} where is_measured),
    heard_tracks as (select * from {{ ref("heard_tracks") }} where is_measured),
    catalogue as (
        select
            {%- for feature in features %}
                avg({{ feature }}) as {{ feature }}_mean,
                {{ std_dev(feature) }}
                as {{ feature }}_std_dev{{ "," if not loop.last }}
            {%- endfor %}
        from {{ ref("kaggle_tracks") }}
    ),
    scaled as (
        select
            listener_id,
            track_id,
            {%- for feature in features %}
                coalesce(
                    case
                        when
                            {{ varies(feature ~ "_std_dev * " ~ feature ~ "_std_dev", feature ~ "_mean") }}
                        then
                            (heard_tracks.{{ feature }} - {{ feature }}_mean)
                            / nullif({{ feature }}_std_dev, 0)
                    end,
                    0e0
                ) as {{ feature }}{{ "," if not loop.last }}
            {%- endfor %}
        from heard_tracks
        cross join catalogue
    ),
    lengths as (
        select
            *,
            sqrt(
                {%- for feature in features %}
                    {{ feature }} * {{ feature }}{{ " +" if not loop.last }}
                {%- endfor %}
            ) as length
        from scaled
    ),
    weeks as (
        select
            listener_id,
            cast(date_trunc('week', listening.listening_date) as date) as week_start,
            count(*) as n_plays,
            {%- for feature in features %}
                {{ share("sum(listening.minutes * lengths." ~ feature ~ " / nullif(lengths.length, 0))", "sum(listening.minutes)") }}
                as {{ feature }}{{ "," if not loop.last }}
            {%- endfor %}
        from listening
        inner join lengths using (listener_id, track_id)
        where lengths.length > 0
        group by listener_id, cast(date_trunc('week', listening.listening_date) as date)
    )

select
    listener_id,
    week_start,
    n_plays,
    case
        when n_plays >= {{ var("rarefaction_plays") }}
        then
            sqrt(
                {%- for feature in features %}
                    {{ feature }} * {{ feature }}{{ " +" if not loop.last }}
                {%- endfor %}
            )
    end as gs_score
from weeks
