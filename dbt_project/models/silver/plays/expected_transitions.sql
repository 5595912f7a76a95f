-- How often each sequence of two or three mood categories would occur if the measured
-- plays of every session came in an order of chance, and how much that varies. Grain:
-- listener_id, pattern_length (2, 3), pattern; only what could occur. Exact, by the
-- closed form; sessions with the same moods are calculated once.
{% set moods = mood_categories() %}
with
    listening as (select * from {{ ref("listening_with_features") }}),
    sessions as (
        select
            listener_id,
            count(*) as n,
            {% for mood in moods %}
                count(
                    case when mood_category = '{{ mood }}' then 1 end
                ) as {{ mood | lower }}{{ "," if not loop.last }}
            {% endfor %}
        from listening
        where is_measured and mood_category is not null
        group by listener_id, session_id
        having count(*) > 1
    ),
    compositions as (
        select
            *,
            count(*) as sessions,
            row_number() over (
                order by
                    listener_id nulls last,
                    {{ moods | join(" nulls last, ") | lower }} nulls last
            ) as composition
        from sessions
        group by listener_id, n, {{ moods | join(", ") | lower }}
    ),
    letters as (
        {% for mood in moods %}
            select
                listener_id,
                composition,
                sessions,
                cast(n as double) as n,
                '{{ mood }}' as mood,
                cast({{ mood | lower }} as double) as plays
            from compositions
            where {{ mood | lower }} > 0 {{ "union all" if not loop.last }}
        {% endfor %}
    )

select
    a.listener_id,
    2 as pattern_length,
    a.mood || ' > ' || b.mood as pattern,
    sum(a.sessions * {{ moment_of_pair(transition_expected) }}) as expected,
    sum(a.sessions * {{ moment_of_pair(transition_variance) }}) as variance
from letters as a
inner join letters as b using (composition)
group by a.listener_id, a.mood, b.mood
union all
select
    a.listener_id,
    3 as pattern_length,
    a.mood || ' > ' || b.mood || ' > ' || c.mood as pattern,
    sum(a.sessions * {{ moment_of_triple(transition_expected) }}) as expected,
    sum(a.sessions * {{ moment_of_triple(transition_variance) }}) as variance
from letters as a
inner join letters as b using (composition)
inner join letters as c using (composition)
where a.n > 2
group by a.listener_id, a.mood, b.mood, c.mood
