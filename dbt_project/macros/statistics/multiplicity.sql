{# Benjamini-Hochberg, first step: p times the number of tests over its rank, within a family. Equal p share the
   highest rank; tests without a p do not count. #}
{% macro bh_scaled(p, family) -%}
    {{ p }} * count({{ p }}) over (partition by {{ family }}) / nullif(
        count({{ p }}) over (
            partition by {{ family }}
            order by {{ p }} nulls last range between unbounded preceding and current row
        ),
        0
    )
{%- endmacro %}

{# Second step, in a query of its own because windows cannot nest: the smallest scaled p of all that are no
   smaller, at most 1. #}
{% macro bh_q(scaled, p, family) -%}
    case
        when {{ p }} is not null
        then
            least(
                1e0,
                min({{ scaled }}) over (
                    partition by {{ family }}
                    order by {{ p }} desc nulls last range between unbounded preceding and current row
                )
            )
    end
{%- endmacro %}
