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
