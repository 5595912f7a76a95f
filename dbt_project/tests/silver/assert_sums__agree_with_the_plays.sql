-- Sessions, session sums and days are three ways to add up the same plays.
with
    listening as (
        select count(*) as n_plays, count(*) filter (where is_measured) as n_measured
        from {{ ref("listening_with_features") }}
    ),
    sessions as (
        select coalesce(sum(n_plays), 0) as n_plays from {{ ref("sessions") }}
    ),
    session_sums as (
        select coalesce(sum(n_measured), 0) as n_measured from {{ ref("session_sums") }}
    ),
    daily_listening as (
        select
            coalesce(sum(plays), 0) as n_plays,
            coalesce(sum(n_measured), 0) as n_measured,
            count(*) filter (where measured_share not between 0 and 1) as n_odd
        from {{ ref("daily_listening") }}
    )

select
    listening.n_plays,
    sessions.n_plays as in_sessions,
    daily_listening.n_plays as in_days
from listening
cross join sessions
cross join session_sums
cross join daily_listening
where
    listening.n_plays <> sessions.n_plays
    or listening.n_plays <> daily_listening.n_plays
    or listening.n_measured <> session_sums.n_measured
    or listening.n_measured <> daily_listening.n_measured
    or daily_listening.n_odd > 0
