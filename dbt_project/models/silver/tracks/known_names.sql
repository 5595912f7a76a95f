-- By which ids and names does each listener know the music they streamed, for a second
-- or to the end? Grain: listener_id, known_id: every id of the recording, the song of
-- every spelling, and the catalogue's id.
with
    plays as (select * from {{ ref("plays") }}),
    track_identities as (select * from {{ ref("track_identities") }}),
    track_spellings as (select * from {{ ref("track_spellings") }}),
    kaggle_track_matches as (select * from {{ ref("kaggle_track_matches") }}),
    streamed as (select distinct listener_id, track_id from plays where is_music)

select listener_id, track_identities.told_id as known_id
from streamed
inner join track_identities using (listener_id, track_id)
union
select listener_id, track_spellings.song_id
from streamed
inner join track_identities using (listener_id, track_id)
inner join track_spellings using (listener_id, told_id)
union
select listener_id, kaggle_track_matches.kaggle_track_id
from streamed
inner join kaggle_track_matches using (listener_id, track_id)
