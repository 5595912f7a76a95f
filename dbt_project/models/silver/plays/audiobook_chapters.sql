-- How much of each chapter of an audiobook was heard, kept apart from music. Grain:
-- listener_id, content_id, which is the content's uri or, where the source has none,
-- made of its names. finished: a stream of it ran to its end; abandoned: none did;
-- unknown: no source tells why its streams ended.
{{
    heard_of_spoken(
        "audiobook",
        "coalesce(album_name, artist_name)",
        "book_title",
        "chapter_title",
    )
}}
