{# The whole numbers from `first` to `last` as rows of a column, on every engine. #}
{% macro integers(first, last, name) -%}
    (
        values
            {% for n in range(first, last + 1) %}({{ n }}){{ ", " if not loop.last }}{% endfor %}
    ) as {{ name }}s ({{ name }})
{%- endmacro %}
