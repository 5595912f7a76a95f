"""What recommending reads: who heard what when, what was ever streamed, and the catalogue."""

from __future__ import annotations

from spotiflow.ml.data.learnable import HEARD as _HEARD
from spotiflow.ml.data.learnable import LISTENING as LEARNED
from spotiflow.ml.engine.sources import Input, Query

SOUND = ("valence", "energy", "danceability", "acousticness", "instrumentalness", "tempo")
EMBEDDED = (*SOUND, "speechiness", "liveness", "loudness", "mode")

# Lists count every play, whoever told of it; what is learned from them keeps to the plays it may learn from.
_LISTENING = "silver.listening_with_features"
_TRACKS, _MATCHES, _KAGGLE = "silver.tracks", "silver.kaggle_track_matches", "silver.kaggle_tracks"

HEARD_INPUT = Input(_HEARD, ("listener_id", "track_id", "plays"))
STREAMS_INPUT = Input("silver.plays", ("play_id", "track_id"))
CANDIDATES_INPUT = Input(_KAGGLE, ("track_id", "song_id", "popularity", "track_genre"))

# Names are compared without case, accents and outer spaces.
_ARTIST = "lower(strip_accents(trim({})))"
_MEASURED = ", ".join(f"case when heard.is_measured then heard.{name} end as {name}" for name in EMBEDDED)

# Every track every listener played; `number` is its place, by which PLAYED names it.
HEARD = Query(
    f"""
    select row_number() over (order by heard.listener_id, heard.track_id) - 1 as number,
        heard.listener_id, heard.track_id, heard.track_name, heard.artist_name, heard.track_genre,
        coalesce({_ARTIST.format("heard.artist_name")}, heard.track_id) as artist_key,
        heard.plays, heard.is_measured, heard.is_simulated, tracks.duration_ms, matches.kaggle_track_id,
        {_MEASURED}
    from {_HEARD} as heard left join {_TRACKS} as tracks using (listener_id, track_id)
    left join {_MATCHES} as matches using (listener_id, track_id)
    order by number
    """,
    (_HEARD, _TRACKS, _MATCHES),
)
# Every play in order of time: the track's number, seconds since 1970 (UTC), the local day since 1970, and
# whether models may learn from it.
PLAYED = Query(
    f"""
    with numbered as (
        select listener_id, track_id,
            (row_number() over (order by listener_id, track_id) - 1)::integer as number
        from {_HEARD}
    )
    select number, epoch(played_at)::bigint as second,
        (plays.local_date - date '1970-01-01')::integer as local_day,
        play_id in (select play_id from {LEARNED}) as may_teach
    from {_LISTENING} as plays inner join numbered using (listener_id, track_id)
    order by listener_id, played_at, play_id
    """,
    (_HEARD, _LISTENING, LEARNED),
)
# All that a listener ever streamed, also for a second only, by each of its names.
STREAMED = Query(
    f"""
    select distinct plays.listener_id, plays.track_id, tracks.song_id, matches.kaggle_track_id
    from silver.plays as plays left join {_TRACKS} as tracks using (listener_id, track_id)
    left join {_MATCHES} as matches using (listener_id, track_id)
    where plays.is_music and plays.track_id is not null
    order by all
    """,
    ("silver.plays", _TRACKS, _MATCHES),
)
# Catalogue tracks with sound, the most popular first.
CANDIDATES = Query(
    f"""
    select track_id, song_id, track_name, primary_artist as artist_name,
        coalesce({_ARTIST.format("primary_artist")}, track_id) as artist_key,
        coalesce(popularity, 0) as popularity, track_genre, duration_ms, is_simulated, {", ".join(EMBEDDED)}
    from {_KAGGLE}
    where tempo > 0 and valence is not null and energy is not null
    order by popularity desc, track_id
    """,
    (_KAGGLE,),
)
# What a listener's results were last made from.
LISTENER_RUNS = Query(
    "select listener_id, model, digest, method from ml.listener_runs", ("ml.listener_runs",)
)
