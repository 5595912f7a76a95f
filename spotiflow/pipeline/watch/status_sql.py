"""The questions `status` asks of the warehouse."""

from __future__ import annotations

_GAPS = (
    "(select count(*) from raw.history_gaps as g where g.listener_id = l.listener_id and closed_at is null)"
)
_LAST = """
(
    select max(coalesce(ended_at, played_at)) from raw.listening_history as h
    where h.listener_id = l.listener_id
)
"""

# Before the first build: rows as they came in.
LISTENERS = f"""
select
    l.listener_id,
    (select count(*) from raw.listening_history as h where h.listener_id = l.listener_id) as plays,
    {_LAST} as last_at,
    null as missing_days,
    {_GAPS} as open_gaps
from raw.listeners as l
order by plays desc, l.listener_id
"""
LISTENERS_BUILT = f"""
select l.listener_id, l.plays, {_LAST} as last_at, l.missing_days, {_GAPS} as open_gaps
from gold.listening_overview as l
order by l.plays desc, l.listener_id
"""
# new_rows: of the last import of each source that went well.
SOURCES = """
with runs as (
    select *, row_number() over (partition by source order by (status = 'ok') desc, started_at desc) as n
    from raw.ingest_runs
)
select
    r.source,
    case when r.status = 'ok' then r.finished_at end as last_ok,
    (
        select sum(f.rows_kept + f.rows_podcast + f.rows_audiobook + f.rows_video)
        from raw.ingest_files as f where f.run_id = r.run_id
    ) as new_rows,
    (
        select 'last try: ' || last.status from raw.ingest_runs as last
        where last.source = r.source and last.started_at > r.started_at and last.status <> 'ok'
        order by last.started_at desc limit 1
    ) as note
from runs as r
where r.n = 1
order by r.source
"""
STAGES = """
select
    stage, started_at, status, detail,
    coalesce(epoch(finished_at) - epoch(started_at), 0) as seconds
from raw.stage_runs
qualify row_number() over (partition by stage order by started_at desc) = 1
order by started_at
"""
# reason: what the first stage that did not go well said.
RUNS = """
select
    run_id, command, started_at, finished_at, status, exit_code, detail,
    (
        select arg_min(s.stage || ': ' || s.detail, s.started_at) from raw.stage_runs as s
        where s.run_id = r.run_id and s.status not in ('ok', 'skipped')
    ) as reason
from raw.runs as r order by started_at desc limit 48
"""
# What no export has closed, oldest first; times UTC.
GAPS = """
select listener_id, gap_started_at as "from", gap_ended_at as "to"
from raw.history_gaps where closed_at is null order by gap_started_at
"""
REFUSED = """
select path, detail, checked_at from raw.source_files
where status in ('refused', 'nothing kept') order by path
"""
# Durations in seconds; the share of stages that went well is of those that ran.
STAGE_FIGURES = """
select
    stage,
    count(*) as runs,
    count(*) filter (where status in ('ok', 'partial')) / count(*) as success_share,
    median(epoch(finished_at) - epoch(started_at)) as median_seconds,
    max(epoch(finished_at) - epoch(started_at)) as longest_seconds,
    max(started_at) filter (where status not in ('ok', 'partial')) as last_failure_at
from raw.stage_runs
group by stage
order by stage
"""
