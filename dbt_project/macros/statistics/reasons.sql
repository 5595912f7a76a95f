{# A value where at least as many as the var `gate` asks for stand behind it, else NULL. #}
{% macro where_enough(n, gate, value) -%} case when {{ n }} >= {{ var(gate) }} then {{ value }} end {%- endmacro %}

{# What is NULL and why, in one sentence: 'name: reason; name: reason', or NULL where nothing is missing. `missing`
   gives for each name an expression that is NULL or says what is needed. #}
{% macro reasons(missing) -%}
    nullif(
        substr(
            {% for name, reason in missing.items() -%}
            coalesce('; {{ name }}: ' || {{ reason }}, '') {{- " || " if not loop.last }}
            {%- endfor %},
            3
        ),
        ''
    )
{%- endmacro %}
