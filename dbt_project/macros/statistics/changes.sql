{# How far a new value lies from a baseline of n earlier ones, in units of the spread of a prediction: Student's
   t with n - 1 degrees of freedom. NULL under `gate` values or where the baseline hardly varies. #}
{% macro prediction_t(value, mean, std_dev, n, gate) -%}
    case
        when {{ n }} >= {{ gate }} and {{ varies(std_dev ~ " * " ~ std_dev, mean) }}
        then ({{ value }} - {{ mean }}) / nullif({{ std_dev }} * sqrt(1 + 1e0 / nullif({{ n }}, 0)), 0)
    end
{%- endmacro %}

{# Distance from the median in robust deviations: to look at, never a test. NULL where the baseline hardly varies. #}
{% macro robust_z(value, median, mad) -%}
    case
        when {{ varies(mad ~ " * " ~ mad, median) }}
        then 0.6745e0 * ({{ value }} - {{ median }}) / nullif({{ mad }}, 0)
    end
{%- endmacro %}

{# High, Medium or Low by how many of the flagged would be false alarms (q up to 1, 5, 10 %); NULL above. #}
{% macro alarm_level(q) -%}
    case when {{ q }} <= 0.01 then 'High' when {{ q }} <= 0.05 then 'Medium' when {{ q }} <= 0.1 then 'Low' end
{%- endmacro %}

{# A week that differs, in a neutral sentence about the listening; NULL where `direction` is. Reads metric, value,
   period_start and baseline_mean. #}
{% macro change_in_words(direction, weeks) -%}
    {{ direction }}
    || ' than before: in your listening of the week from '
    || cast(period_start as string)
    || ' '
    || replace(metric, '_', ' ')
    || ' was '
    || cast(round(value, 2) as string)
    || ', in the weeks before '
    || cast(round(baseline_mean, 2) as string)
    || ' on average'
    || case when {{ weeks }} > 1 then ' (' || cast({{ weeks }} as string) || ' weeks in a row)' else '' end
{%- endmacro %}
