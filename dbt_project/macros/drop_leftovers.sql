{#- An incremental Python model leaves main.<model>__dbt_tmp... behind at each run. -#}
{%- macro drop_leftovers() -%}
    {%- if execute and target.type == "duckdb" -%}
        {%- set leftovers -%}
            select table_name from duckdb_tables()
            where schema_name = 'main' and contains(table_name, '__dbt_tmp')
        {%- endset -%}
        {%- for row in run_query(leftovers).rows %}
            drop table if exists main.{{ adapter.quote(row[0]) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
