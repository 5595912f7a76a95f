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
    {%- set year = "((19|20)[0-9][0-9] (- )?)?" -%}
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

{#- Which song a track is, whatever its cut: as name_id, also without versions, edits, mono and stereo. Recordings
    are told apart by it no more; what was heard in one cut is not new in another. -#}
{%- macro song_id(artist, title) -%}
    {%- set kind = "(single|album|radio|original|extended|short|long|full|main|mono|stereo|lp|ep|video|clean|explicit)" -%}
    {%- set cut = "((version|edit|mix)|" ~ kind ~ "( (version|edit|mix))?|deluxe( edition| version)?|bonus track)" -%}
    {%- set note = "( - |[(\\[])((19|20)[0-9][0-9] (- )?)?(" ~ kind ~ " )?" ~ cut ~ "( (19|20)[0-9][0-9])?[)\\]]?" -%}
    {%- set bare = replace_all(fold_case(title), note ~ "( - |$)", " - ") -%}
    {{ name_id(artist, replace_all(bare, "( - )+$", "")) }}
{%- endmacro -%}

{#- A stream of which no source names the track; Spotify's account data puts words there. -#}
{%- macro is_nameless(artist, title) -%}
    coalesce({{ title }} is null or ({{ artist }} = 'Unknown Artist' and {{ title }} = 'Unknown Track'), false)
{%- endmacro -%}

{#- The first of several artists in one text. -#}
{%- macro first_artist(artist) -%}
    {{ normalise_name(replace_all(fold_case(artist), "( *[,;&/+]| (feat|ft|featuring|with|vs|and|und|et|y|e|x)[. ]).*$", "")) }}
{%- endmacro -%}

{#- Words for many artists or for none, as normalise_name has them: they say nothing against any other name. -#}
{%- macro is_any_artist(normalised_name) -%}
    {%- set words = [
        "various artists", "various artist", "various", "va", "v a", "unknown artist", "unknown", "soundtrack",
        "original soundtrack", "original cast", "verschiedene interpreten", "verschiedene kunstler", "diverse",
        "diverse interpreten", "diverse kunstler", "varios artistas", "varios interpretes", "varios",
        "artistes varies", "artistes divers", "multi interpretes", "compilation", "artisti vari", "vari artisti",
        "aa vv", "diverse artiesten", "verschillende artiesten", "blandade artister", "diverse artister",
        "diverse kunstnere", "eri esittajia", "rozni wykonawcy", "ruzni interpreti", "razni izvodaci",
        "kulonbozo eloadok", "cesitli sanatcilar", "artisti diversi", "diversi artisti", "artistes multiples",
        "разные исполнители", "сборник", "群星", "オムニバス", "여러 아티스트",
    ] -%}
    {{ normalised_name }} in ('{{ words | join("', '") }}')
{%- endmacro -%}

{#- Whether the words of one normalised name stand in another. -#}
{%- macro within(words, name) -%} ' ' || {{ name }} || ' ' like '% ' || {{ words }} || ' %' {%- endmacro -%}

{#- Whether two artists' texts can mean the same artist: one's first is in the other, or one says nothing. -#}
{%- macro artists_agree(one, other) -%}
    (
        {{ one }}.artist_key is null
        or {{ other }}.artist_key is null
        or {{ within(other ~ ".first_artist_key", one ~ ".artist_key") }}
        or {{ within(one ~ ".first_artist_key", other ~ ".artist_key") }}
    )
{%- endmacro -%}

{#- The id of a track that has none: the same for every spelling of the same artist and title. -#}
{%- macro name_id(artist, title) -%}
    'name:' || md5(
        coalesce({{ normalise_name(artist) }}, '')
        || chr(31)
        || coalesce({{ normalise_title(title) }}, '')
    )
{%- endmacro -%}
