-- Which sessions suit an activity: the third with the highest score among the
-- listener's
-- sessions of about as many measured plays. Grain: listener_id, session_id, activity
-- (focus, energy, calm, lift); sessions whose measured plays have all four features.
-- Scores are session means: energy, its opposite, valence, and for focus the rank of
-- instrumentalness less that of speechiness. A mean of few plays lies farther out, so
-- among all sessions the short ones would fill every third; plays_class, which doubles
-- from one to the next, keeps them apart.
with
    -- Rounded, so that what is equal but for the last bits ties.
    sessions as (
        select
            listener_id,
            session_id,
            part_of_day,
            cast(floor(log2(n_measured)) as integer) as plays_class,
            {%- for feature in ("energy", "valence", "instrumentalness", "speechiness") %}
                round(avg_{{ feature }}, 9) as {{ feature }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ ref("session_sums") }}
        where
            n_measured > 0
            and avg_energy is not null
            and avg_valence is not null
            and avg_instrumentalness is not null
            and avg_speechiness is not null
    ),
    ranked as (
        select
            *,
            {{ avg_rank("instrumentalness", "listener_id") }}
            - ({{ avg_rank("speechiness", "listener_id") }}) as focus
        from sessions
    ),
    scored as (
        select
            *,
            {{ value_by_name("activity", {"focus": "focus", "energy": "energy", "calm": "- energy", "lift": "valence"}) }}
            as score
        from ranked
        cross join {{ activities() }}
    )

select
    listener_id,
    session_id,
    activity,
    part_of_day,
    plays_class,
    {{ avg_rank("score", "listener_id, activity, plays_class") }}
    > count(*) over (partition by listener_id, activity, plays_class)
    * 2
    / 3e0 as is_match
from scored
