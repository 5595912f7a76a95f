{#- The values of a group as a list, in the order of another column. -#}
{%- macro ordered_list(value, position) -%}
    {{ return(adapter.dispatch("ordered_list")(value, position)) }}
{%- endmacro -%}
{%- macro default__ordered_list(value, position) -%} list({{ value }} order by {{ position }}) {%- endmacro -%}
{%- macro spark__ordered_list(value, position) -%}
    transform(sort_array(collect_list(struct({{ position }}, {{ value }}))), pair -> pair.{{ value }})
{%- endmacro -%}

{%- macro first_of_list(list) -%} {{ return(adapter.dispatch("first_of_list")(list)) }} {%- endmacro -%}
{%- macro default__first_of_list(list) -%} list_extract({{ list }}, 1) {%- endmacro -%}
{%- macro spark__first_of_list(list) -%} try_element_at({{ list }}, 1) {%- endmacro -%}

{%- macro list_length(list) -%} {{ return(adapter.dispatch("list_length")(list)) }} {%- endmacro -%}
{%- macro default__list_length(list) -%} len({{ list }}) {%- endmacro -%}
{%- macro spark__list_length(list) -%} size({{ list }}) {%- endmacro -%}
