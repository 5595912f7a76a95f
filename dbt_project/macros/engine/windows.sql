{#- Median, and median absolute deviation, of a column over a named window. An empty window has no element 0. -#}
{%- macro window_median(value, frame) -%} {{ return(adapter.dispatch("window_median")(value, frame)) }} {%- endmacro -%}
{%- macro default__window_median(value, frame) -%} median({{ value }}) over {{ frame }} {%- endmacro -%}
{%- macro spark__window_median(value, frame) -%} percentile({{ value }}, 0.5) over {{ frame }} {%- endmacro -%}

{%- macro window_mad(value, frame) -%} {{ return(adapter.dispatch("window_mad")(value, frame)) }} {%- endmacro -%}
{%- macro default__window_mad(value, frame) -%} mad({{ value }}) over {{ frame }} {%- endmacro -%}
{%- macro spark__window_mad(value, frame) -%}
    {%- set deviations = "transform(collect_list(" ~ value ~ ") over " ~ frame ~ ", one -> abs(one - percentile("
        ~ value ~ ", 0.5) over " ~ frame ~ "))" -%}
    (
        try_element_at(array_sort({{ deviations }}), greatest(cast(floor((count({{ value }}) over {{ frame }} + 1) / 2) as int), 1))
        + try_element_at(array_sort({{ deviations }}), greatest(cast(floor((count({{ value }}) over {{ frame }} + 2) / 2) as int), 1))
    ) / 2
{%- endmacro -%}
