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
{#- A function of the session, made of what strip_accents does to each letter (spotiflow/transform/spark.py). -#}
{%- macro spark__fold_case(text) -%} bronze.fold_case({{ text }}) {%- endmacro -%}

{#- The texts of a group as one text, in order. dbt's own listagg drops the order on Spark without a word. -#}
{%- macro joined(text, separator, position) -%}
    {{ return(adapter.dispatch("joined")(text, separator, position)) }}
{%- endmacro -%}
{%- macro default__joined(text, separator, position) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ position }})
{%- endmacro -%}
{%- macro spark__joined(text, separator, position) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ position }})
{%- endmacro -%}
