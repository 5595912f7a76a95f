-- How much of each episode of a podcast was heard, kept apart from music. Grain:
-- listener_id, content_id, which is the content's uri or, where the source has none,
-- made of its names. finished: a stream of it ran to its end; abandoned: none did;
-- unknown: no source tells why its streams ended.
{{ heard_of_spoken("episode", "artist_name", "show_name", "episode_name") }}
