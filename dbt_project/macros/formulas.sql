{#-
    Formulas and gates that the report of a period counts by, as [name, parameters, expression, comment].

    Gold answers for fixed periods; for any other the report counts the plays itself, and must not have formulas and
    thresholds of its own.
-#}
{%- macro formulas() -%}
    {%- set moods = "['" ~ mood_categories() | join("', '") ~ "']" -%}
    {{
        return(
            [
                ["t_quantile", "df", t_quantile("df"), "Two-sided 95 % quantile of Student's t."],
                ["cluster_mean", "y, w", cluster_mean("y", "w"), "Mean over sessions: sums and their weights."],
                ["cluster_ci", "y, w", cluster_ci("y", "w"), "Half of the 95 % interval around cluster_mean."],
                ["share_low", "share, half, n", share_bound("share", "half", "n", "low"), "Lower end of the interval of a share."],
                ["share_high", "share, half, n", share_bound("share", "half", "n", "high"), "Upper end of the interval of a share."],
                ["too_few_sessions", "n", too_few_sessions("n"), "Why there is no interval, or NULL."],
                ["is_comeback", "pause_days", "pause_days >= " ~ var("comeback_days"), "Whether a track came back."],
                ["mood_categories", "", moods, "The values of mood_category."],
            ]
        )
    }}
{%- endmacro -%}

{#- Keeps them in the file as macros of schema gold, with the vars of this build in them. -#}
{%- macro keep_formulas() -%}
    {%- if execute and flags.WHICH in ("build", "run") and target.type == "duckdb" -%}
        create schema if not exists gold;
        {%- for name, parameters, expression, comment in formulas() %}
            create or replace macro gold.{{ name }}({{ parameters }}) as {{ expression }};
            comment on macro gold.{{ name }} is '{{ comment | replace("'", "''") }}';
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
