{#- Lower case, no accents, letters and digits of any script only; what has none stays as it is. -#}
{%- macro normalise_name(name) -%}
    coalesce(
        nullif(trim({{ replace_all(fold_case(name), "[^\\p{L}\\p{N}]+", " ") }}), ''),
        nullif(trim(lower({{ name }})), '')
    )
{%- endmacro -%}

{#- As normalise_name, without guests and remaster notes: they name the same recording. -#}
{%- macro normalise_title(title) -%}
    {%- set guests_in_brackets = "[(\\[](feat|ft|featuring|with)[. ][^)\\]]*[)\\]]" -%}
    {%- set guests_at_the_end = " (- )?(feat|ft|featuring)[. ].*$" -%}
    {%- set year = "((19|20)[0-9][0-9] )?" -%}
    {%- set remaster_note = (
        "( - |[(\\[])" ~ year ~ "(digital(ly)? )?remaster(ed)?( (19|20)[0-9][0-9])?( version)?[)\\]]?$"
    ) -%}
    {%- set bare = replace_all(fold_case(title), guests_in_brackets, "") -%}
    {%- set bare = replace_all(replace_all(bare, remaster_note, ""), guests_at_the_end, "") -%}
    coalesce(
        nullif(trim({{ replace_all(bare, "[^\\p{L}\\p{N}]+", " ") }}), ''),
        nullif(trim(lower({{ title }})), '')
    )
{%- endmacro -%}

{#- A stream of which no source names the track; Spotify's account data puts words there. -#}
{%- macro is_nameless(artist, title) -%}
    coalesce({{ title }} is null or ({{ artist }} = 'Unknown Artist' and {{ title }} = 'Unknown Track'), false)
{%- endmacro -%}

{#- The id of a track that has none: the same for every spelling of the same artist and title. -#}
{%- macro name_id(artist, title) -%}
    'name:' || md5(
        coalesce({{ normalise_name(artist) }}, '')
        || chr(31)
        || coalesce({{ normalise_title(title) }}, '')
    )
{%- endmacro -%}
