{# How much the mean of a session with n measured plays counts beside others: a mean of one play varies more than one
   of twenty, and less so the more alike the plays of a session are (var session_likeness). 0 without a play. #}
{% macro session_weight(n) -%}
    cast({{ n }} as double) / (1 + greatest({{ n }} - 1, 0) * {{ var("session_likeness") }})
{%- endmacro %}

{# Weighted covariance of the rows that have both; `w` is 0 or NULL where one is missing. #}
{% macro weighted_covariance(x, y, w) -%}
    sum({{ w }} * {{ x }} * {{ y }}) / nullif(sum({{ w }}), 0)
    - sum({{ w }} * {{ x }}) * sum({{ w }} * {{ y }}) / nullif(sum({{ w }}) * sum({{ w }}), 0)
{%- endmacro %}

{# Means, variances and covariances of a value and of cosine and sine of its time, one row per session with its weight,
   for `cosinor`; sessions without the value have a weight of 0. Columns, each followed by a comma. #}
{% macro cosinor_moments(value, cosine, sine, weight) -%}
    sum({{ weight }} * {{ value }}) / nullif(sum({{ weight }}), 0) as mean_y,
    {{ weighted_covariance(value, value, weight) }} as var_y,
    {{ weighted_covariance(cosine, cosine, weight) }} as var_c,
    {{ weighted_covariance(sine, sine, weight) }} as var_s,
    {{ weighted_covariance(cosine, sine, weight) }} as cov_cs,
    {{ weighted_covariance(value, cosine, weight) }} as cov_yc,
    {{ weighted_covariance(value, sine, weight) }} as cov_ys,
{%- endmacro %}

{# First step of the least squares of value = mean + beta cos + gamma sin, from those moments over n sessions: beta,
   gamma and determinant. NULL where `is_enough` is false, where the times lie on a line, or where the value hardly
   varies. Columns; the last without a comma. #}
{% macro cosinor_coefficients(n, is_enough) -%}
    case
        when
            {{ is_enough }}
            and {{ n }} > 3
            and {{ varies("var_y", "mean_y") }}
            and var_c * var_s - cov_cs * cov_cs > 1e-9
        then var_c * var_s - cov_cs * cov_cs
    end as determinant,
    (var_s * cov_yc - cov_cs * cov_ys) / nullif(determinant, 0) as beta,
    (var_c * cov_ys - cov_cs * cov_yc) / nullif(determinant, 0) as gamma
{%- endmacro %}

{# Second step, in a query of its own, or every use of a coefficient would be written out: r (multiple correlation),
   amplitude with half of its interval, peak and its standard error in units of `period`, p_value (that of F with 2 and
   n - 3 degrees of freedom). An amplitude is never below 0, so its interval is what the 95 % region of beta and gamma
   holds on the line through 0: it reaches 0 exactly where p is .05 or more. Columns; the last without a comma. #}
{% macro cosinor(n, period) -%}
    {%- set turn = "(" ~ period ~ " / 6.283185307179586e0)" -%}
    (beta * cov_yc + gamma * cov_ys) / nullif(var_y, 0) as raw_explained,
    case when raw_explained is not null then greatest(0e0, least(1e0, raw_explained)) end as explained,
    sqrt(explained) as r,
    sqrt(beta * beta + gamma * gamma) as amplitude,
    var_y * (1 - explained) / nullif(({{ n }} - 3e0) * determinant, 0) as scale,
    amplitude * sqrt(
        (power(0.05e0, -2 / nullif({{ n }} - 3e0, 0)) - 1) * nullif(1 - explained, 0) / nullif(explained, 0)
    ) as amplitude_half_width,
    ({{ period }} + atan2(gamma, beta) * {{ turn }}) % {{ period }} as peak,
    sqrt(
        scale * greatest(0e0, gamma * gamma * var_s + beta * beta * var_c + 2 * beta * gamma * cov_cs)
    ) / nullif(amplitude * amplitude, 0) * {{ turn }} as peak_se,
    power(1 - explained, ({{ n }} - 3) / 2e0) as p_value
{%- endmacro %}

{# What is missing for a rhythm, in words, from n_sessions, n_hours, n_days and period; NULL where enough is there. #}
{% macro too_few_for_rhythm() -%}
    {%- set sessions = var("gate_cosinor_sessions") -%}
    {%- set hours = var("gate_cosinor_hours") -%}
    case
        when n_sessions < {{ sessions }}
        then 'needs {{ sessions }} sessions, has ' || cast(n_sessions as string)
        when n_hours < {{ hours }}
        then 'needs sessions at {{ hours }} hours of the day, has ' || cast(n_hours as string)
        when period = 'week' and n_days < 7
        then 'needs sessions on 7 days of the week, has ' || cast(n_days as string)
    end
{%- endmacro %}
