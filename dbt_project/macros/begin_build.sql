{#-
    Says that nobody knows any more what the tables were built from: a build begins, and it may be killed, fail,
    or have other settings. Whoever builds everything writes it down again afterwards (core.built_inputs).
-#}
{%- macro begin_build() -%}
    {%- if flags.WHICH in ("build", "run") -%} delete from raw.built_inputs {%- endif -%}
{%- endmacro -%}
