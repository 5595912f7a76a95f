"""SQL that finds the fields of a scrobble in each form: everything as text, judged afterwards."""

from __future__ import annotations

# Pages of Last.fm, answers of ListenBrainz and the files of other tools hold lists; one scrobble alone may stand
# there without a list, and a list may hold the lists of several files.
_ITEMS = """
with pages as (
    select {page} as page
    from read_json_objects(
        $path, format = $shape, compression = 'uncompressed', maximum_object_size = $most_bytes
    )
),
lists as (
    select unnest(case when json_type(page) = 'ARRAY' then page -> '$[*]' else [page] end) as item from pages
),
unnested as (
    select unnest(case when json_type(item) = 'ARRAY' then item -> '$[*]' else [item] end) as item from lists
),
items as (select row_number() over () as row_number, item from unnested),
"""
_PAGES = {
    "lastfm": """
        case
            when json_type(json, '$.recenttracks.track') is not null then json -> '$.recenttracks.track'
            when json_type(json, '$.track') in ('ARRAY', 'OBJECT') then json -> '$.track'
            else json
        end""",
    "listenbrainz": """
        case when json_type(json, '$.payload.listens') = 'ARRAY' then json -> '$.payload.listens' else json end""",
    "listens": "case when json_type(json, '$.listens') = 'ARRAY' then json -> '$.listens' else json end",
    "scrobbles": "case when json_type(json, '$.scrobbles') = 'ARRAY' then json -> '$.scrobbles' else json end",
}
# Every form tells these, as text; what is not said here is NULL, and the time is the start.
_NOTHING = {
    **dict.fromkeys(
        (
            "seconds_text",
            "clock_text",
            "album",
            "duration_text",
            "played_text",
            "isrc",
            "spotify_text",
            "client",
        ),
        "null",
    ),
    "is_end": "false",
}


def _texts(fields: dict[str, str], record: str = "a scrobble", source: str = "items") -> str:
    """Return SQL of the CTE `texts` for a form whose fields are found by these expressions of `item`."""
    found = _NOTHING | fields
    problem = f"when json_type(item) <> 'OBJECT' then 'no record of {record}' {found.pop('problem', '')}"
    columns = ", ".join(f"{sql} as {name}" for name, sql in found.items())
    return f"""
texts as (
    select
        row_number, coalesce(json_type(item) = 'NULL', true) as is_unreadable, case {problem} end as problem,
        {columns}
    from {source}
),
"""


TABLE = _ITEMS.format(page="json") + _texts(
    {
        "problem": """when (item ->> '$.overfull') = 'true' then 'more cells than columns'
            when (item ->> '$.rating') = 'S' then 'skipped on the player'""",
        "seconds_text": "item ->> '$.uts'",
        "clock_text": "item ->> '$.utc_time'",
        "artist": "item ->> '$.artist'",
        "title": "item ->> '$.track'",
        "album": "item ->> '$.album'",
        "duration_text": "(try_cast(item ->> '$.length' as double) * 1000)::varchar",
    }
)
LASTFM = _ITEMS.format(page=_PAGES["lastfm"]) + _texts(
    {
        "problem": """when (item ->> '$."@attr".nowplaying') = 'true' and (item -> '$.date') is null
            then 'still playing when it was saved'""",
        "seconds_text": "item ->> '$.date.uts'",
        "clock_text": """item ->> '$.date."#text"'""",
        "artist": """coalesce(
            item ->> '$.artist."#text"', item ->> '$.artist.name',
            case when json_type(item, '$.artist') = 'VARCHAR' then item ->> '$.artist' end
        )""",
        "title": "item ->> '$.name'",
        "album": """coalesce(
            item ->> '$.album."#text"', item ->> '$.album.title',
            case when json_type(item, '$.album') = 'VARCHAR' then item ->> '$.album' end
        )""",
    }
)
# What Last.fm sends somebody who asks for their data.
LASTFM_DATA = _ITEMS.format(page=_PAGES["scrobbles"]) + _texts(
    {
        "seconds_text": "item ->> '$.timestamp.unixtimestamp'",
        "clock_text": "item ->> '$.timestamp.iso'",
        "artist": "item ->> '$.track.artist.name'",
        "title": "item ->> '$.track.name'",
        "album": "item ->> '$.album.name'",
    }
)
LASTFMSTATS = _ITEMS.format(page=_PAGES["scrobbles"]) + _texts(
    {
        "seconds_text": "item ->> '$.date'",
        "artist": "item ->> '$.artist'",
        "title": "item ->> '$.track'",
        "album": "item ->> '$.album'",
    }
)
PANO = _ITEMS.format(page=_PAGES["scrobbles"]) + _texts(
    {
        "problem": """when coalesce(item ->> '$.event', 'scrobble') <> 'scrobble'
            then 'no scrobble but ' || (item ->> '$.event')""",
        "seconds_text": "item ->> '$.timeMs'",
        "artist": "item ->> '$.artist'",
        "title": "item ->> '$.track'",
        "album": "item ->> '$.album'",
        "duration_text": "coalesce(item ->> '$.durationMs', item ->> '$.duration')",
    }
)
MALOJA = _ITEMS.format(page=_PAGES["scrobbles"]) + _texts(
    {
        "seconds_text": "item ->> '$.time'",
        "artist": "coalesce(item ->> '$.track.artists[0]', item ->> '$.artists[0]')",
        "title": "coalesce(item ->> '$.track.title', item ->> '$.title')",
        "album": "coalesce(item ->> '$.track.album.albumtitle', item ->> '$.album.albumtitle')",
        "duration_text": "(try_cast(item ->> '$.track.length' as double) * 1000)::varchar",
    }
)


def _first_of(things: str) -> str:
    """SQL of the element of a list that is marked as primary, else of the first."""
    return f"coalesce(list_filter({things}, lambda thing: thing.is_primary)[1], {things}[1])"


_ALIASES = '[{"alias": "VARCHAR", "is_primary": "BOOLEAN"}]'
_KOITO_NAMES = f"""
names as (
    select
        *,
        from_json(item -> '$.artists', '[{{"is_primary": "BOOLEAN", "aliases": {_ALIASES}}}]') as artists,
        from_json(item -> '$.track.aliases', '{_ALIASES}') as titles,
        from_json(item -> '$.album.aliases', '{_ALIASES}') as albums
    from items
),
"""
KOITO = (
    _ITEMS.format(page=_PAGES["listens"])
    + _KOITO_NAMES
    + _texts(
        {
            "clock_text": "item ->> '$.listened_at'",
            "artist": f"{_first_of(_first_of('artists') + '.aliases')}.alias",
            "title": f"{_first_of('titles')}.alias",
            "album": f"{_first_of('albums')}.alias",
            "duration_text": "(try_cast(item ->> '$.track.duration' as double) * 1000)::varchar",
        },
        "a listen",
        "names",
    )
)
# Other clients report what Spotify plays too, at its start; only what ListenBrainz fetched has the end.
LISTENBRAINZ = (
    _ITEMS.format(page=_PAGES["listenbrainz"])
    + """
listens as (
    select *, item -> '$.track_metadata' as track, item -> '$.track_metadata.additional_info' as info
    from items
),
"""
    + _texts(
        {
            "problem": """when (item -> '$.listened_at') is null and (item -> '$.score') is not null
                then 'feedback, no listen'""",
            "seconds_text": "item ->> '$.listened_at'",
            # The artist as MusicBrainz has it, where the listen only joins others to that name.
            "artist": """coalesce(
                info ->> '$.artist_names[0]',
                case
                    when starts_with(
                        lower(track ->> '$.artist_name'),
                        lower(track ->> '$.mbid_mapping.artists[0].artist_credit_name')
                    ) then track ->> '$.mbid_mapping.artists[0].artist_credit_name'
                end,
                track ->> '$.artist_name'
            )""",
            "title": "track ->> '$.track_name'",
            "album": "track ->> '$.release_name'",
            "duration_text": """coalesce(
                info ->> '$.duration_ms', (try_cast(info ->> '$.duration' as double) * 1000)::varchar
            )""",
            "played_text": "info ->> '$.ms_played'",
            "isrc": "info ->> '$.isrc'",
            # Which program told of it: what a phone and a server submit stays apart by that.
            "client": """coalesce(
                info ->> '$.submission_client', info ->> '$.media_player', info ->> '$.listening_from'
            )""",
            "spotify_text": "coalesce(info ->> '$.spotify_id', info ->> '$.origin_url')",
            "is_end": """coalesce(
                (info ->> '$.music_service') like '%spotify%' or (info ->> '$.listening_from') = 'spotify'
                or ((info ->> '$.spotify_id') is not null and (info ->> '$.listening_from') is null),
                false
            ) and coalesce(info ->> '$.submission_client', 'listenbrainz') ilike 'listenbrainz%'""",
        },
        "a listen",
        "listens",
    )
)
