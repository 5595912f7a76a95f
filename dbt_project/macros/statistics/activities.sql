{# What music may be for, as rows of `activity`. #}
{% macro activities() -%} (values ('focus'), ('energy'), ('calm'), ('lift')) as activities (activity) {%- endmacro %}

{# Expected number of matches, and its variance, among `drawn` of n sessions of which `matches` match, if chance drew
   them: hypergeometric. Columns; the last without a comma. #}
{% macro hypergeometric(drawn, matches, n) -%}
    cast({{ drawn }} as double) * {{ matches }} / nullif({{ n }}, 0) as expected,
    coalesce(
        expected * (1 - {{ matches }} / nullif(cast({{ n }} as double), 0)) * ({{ n }} - {{ drawn }})
        / nullif({{ n }} - 1e0, 0),
        0e0
    ) as variance
{%- endmacro %}

{# Whether a part of the day stands out for an activity, in a sentence; NULL where it was not tested. Reads activity
   and part_of_day. #}
{% macro time_in_words(lift, q) -%}
    case
        when {{ q }} is null
        then null
        when {{ q }} > 0.1
        then 'the ' || part_of_day || ' does not stand out for ' || activity
        else
            'your '
            || activity
            || ' sessions fall into the '
            || part_of_day
            || ' '
            || cast(round({{ lift }}, 1) as string)
            || ' times as often as by chance'
    end
{%- endmacro %}

{# How far a track lies from what is usually played, in words: `0.21 above your usual energy`. #}
{% macro difference_in_words(difference, feature) -%}
    cast(round(abs({{ difference }}), 2) as string)
    || case when {{ difference }} >= 0 then ' above' else ' below' end
    || ' your usual {{ feature }}'
{%- endmacro %}
