-- Deduplication decides about every row of the history exactly once and invents none.
with
    history as (select count(*) as n_rows from {{ ref("listening_history_bronze") }}),
    plays as (select count(*) as n_rows from {{ ref("plays") }}),
    play_duplicates as (select count(*) as n_rows from {{ ref("play_duplicates") }})

select history.n_rows as given, plays.n_rows as kept, play_duplicates.n_rows as gone
from history
cross join plays
cross join play_duplicates
where history.n_rows <> plays.n_rows + play_duplicates.n_rows
