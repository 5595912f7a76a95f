{%- macro replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch("replace_all")(text, pattern, replacement)) }}
{%- endmacro -%}
{%- macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro -%}
{%- macro spark__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro -%}

{%- macro fold_case(text) -%} {{ return(adapter.dispatch("fold_case")(text)) }} {%- endmacro -%}
{%- macro default__fold_case(text) -%} lower(strip_accents({{ text }})) {%- endmacro -%}
{%- macro spark__fold_case(text) -%}
    {%- set accented = {
        "a": "àáâãäåāăą", "c": "çćĉċč", "d": "ď", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥ", "i": "ìíîïĩīĭį",
        "j": "ĵ", "k": "ķ", "l": "ĺļľ", "n": "ñńņň", "o": "òóôõöōŏő", "r": "ŕŗř", "s": "śŝşš", "t": "ţť",
        "u": "ùúûüũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
    } -%}
    {%- set plain = [] -%}
    {%- for letter, variants in accented.items() -%} {%- do plain.append(letter * (variants | length)) -%} {%- endfor -%}
    translate(lower({{ text }}), '{{ accented.values() | join }}', '{{ plain | join }}')
{%- endmacro -%}
