{#- Text of an environment variable or option as a truth value; a word it does not know ends the run. -#}
{%- macro is_true(value) -%}
    {%- set word = value | string | trim | lower -%}
    {%- if word in ("1", "true", "yes", "on") -%} {{ return(true) }}
    {%- elif word in ("0", "false", "no", "off", "") -%} {{ return(false) }}
    {%- endif -%}
    {{
        exceptions.raise_compiler_error(
            "'" ~ value ~ "' is neither true nor false (expected true, false, yes, no, on, off, 1 or 0)"
        )
    }}
{%- endmacro -%}

{#- Whether synthetic features may be used: option (var), then environment, then true. -#}
{%- macro allow_synthetic() -%}
    {%- set wish = var("allow_synthetic") -%}
    {%- if wish is none -%}
        {%- set wish = env_var("SPOTIFLOW_ALLOW_SYNTHETIC", "") or env_var("ALLOW_SYNTHETIC", "") or "true" -%}
    {%- endif -%}
    {{ return(is_true(wish)) }}
{%- endmacro -%}

{#- Whether predicted features may be used: option (var), then environment, then false. -#}
{%- macro use_predictions() -%}
    {%- set wish = var("use_predictions") -%}
    {%- if wish is none -%} {%- set wish = env_var("SPOTIFLOW_USE_PREDICTIONS", "") -%} {%- endif -%}
    {{ return(is_true(wish)) }}
{%- endmacro -%}

{#- Which tracks may take synthetic values; another word than the two ends the run. -#}
{%- macro synthetic_scope() -%}
    {%- set scope = var("synthetic_scope") -%}
    {%- if scope not in ("uncovered", "all") -%}
        {{ exceptions.raise_compiler_error("synthetic_scope is '" ~ scope ~ "' (expected uncovered or all)") }}
    {%- endif -%}
    {{ return(scope) }}
{%- endmacro -%}

{#- Which share of its track a stream has to last to count as a play; what is no share ends the run. -#}
{%- macro min_play_share() -%}
    {%- set share = var("min_play_share") | float(-1) -%}
    {%- if share < 0 or share > 1 -%}
        {{ exceptions.raise_compiler_error("min_play_share is '" ~ var("min_play_share") ~ "' (expected 0 to 1)") }}
    {%- endif -%}
    {{ return(share) }}
{%- endmacro -%}

{#- Removes the ids that are no longer wanted and says so when the switch empties the table. -#}
{%- macro delete_unwanted_synthetic() -%}
    {%- if not allow_synthetic() -%}
        {{ exceptions.warn("Synthetic features are switched off: " ~ this ~ " is emptied and no merge uses them.") }}
    {%- endif -%}
    {%- if target.type == "duckdb" %}
        delete from {{ this }}
        {%- if allow_synthetic() %}
            where track_id not in (select track_id from {{ ref("synthetic_track_ids_bronze") }})
        {%- endif %}
    {%- endif %}
{%- endmacro -%}
