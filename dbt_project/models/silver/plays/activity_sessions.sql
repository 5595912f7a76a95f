-- Which sessions suit an activity: the third of a listener's sessions with the highest
-- score. Grain: listener_id, session_id, activity (focus, energy, calm, lift); sessions
-- whose measured plays have all four features. Scores are session means: energy, its
-- opposite, valence, and for focus the rank of instrumentalness less that of
-- speechiness.
with
    -- Rounded, so that what is equal but for the last bits ties.
    sessions as (
        select
            listener_id,
            session_id,
            part_of_day,
            {%- for feature in ("energy", "valence", "instrumentalness", "speechiness") %}
                round(avg_{{ feature }}, 9) as {{ feature }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ ref("session_sums") }}
        where
            avg_energy is not null
            and avg_valence is not null
            and avg_instrumentalness is not null
            and avg_speechiness is not null
    ),
    scored as (
        select
            listener_id,
            session_id,
            part_of_day,
            {{ avg_rank("instrumentalness", "listener_id") }}
            - ({{ avg_rank("speechiness", "listener_id") }}) as focus,
            energy,
            - energy as calm,
            valence as lift
        from sessions
    )
{% for activity in ("focus", "energy", "calm", "lift") %}
    select
        listener_id,
        session_id,
        '{{ activity }}' as activity,
        part_of_day,
        {{ avg_rank(activity, "listener_id") }}
        > count(*) over (partition by listener_id) * 2 / 3e0 as is_match
    from scored {{ "union all" if not loop.last }}
{% endfor %}
