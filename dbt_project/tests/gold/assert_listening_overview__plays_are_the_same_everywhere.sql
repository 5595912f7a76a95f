-- Hours, days, years and sources split the same plays: a join that doubles or drops
-- some would show here.
{% set splits = {
    "listening_patterns_by_time": "play_count",
    "temporal_trends": "total_plays",
    "temporal_patterns": "plays",
    "history_completeness": "plays",
    "listening_sessions": "plays",
    "listening_streaks": "plays",
    "discovery_and_repeat": "plays",
    "on_this_day": "plays",
    "feature_source_coverage": "record_count",
} %}
with
    overview as (select * from {{ ref("listening_overview") }}),
    sums as (
        {% for model, plays in splits.items() %}
            select listener_id, '{{ model }}' as model, sum({{ plays }}) as plays
            from {{ ref(model) }}
            group by listener_id {{ "union all" if not loop.last }}
        {% endfor %}
    )

select
    overview.listener_id, sums.model, overview.plays as plays, sums.plays as other_plays
from overview
inner join sums on overview.listener_id = sums.listener_id
where overview.plays <> sums.plays
