{# Whether a variance is more than rounding noise beside its mean. No ratio is taken over a spread that is none: a
   deviation of 1e-14 once made a value lie 2e13 deviations off. #}
{% macro varies(variance, mean) -%} {{ variance }} > 1e-12 * {{ mean }} * {{ mean }} {%- endmacro %}
