{#-
    Before a build: what a killed one left is put back, and nobody knows any more what the tables were built from.

    A killed build has replaced some tables and tested perhaps none of them. The tables of the last build that
    ended are the last that are known to be good and fit together, so they come back; this build makes the new
    ones again anyway. Only names change: it takes milliseconds.

    What the tables were built from is written down again by whoever builds everything (core.built_inputs).
-#}
{%- macro begin_build() -%}
    {%- if execute and flags.WHICH in ("build", "run") and target.type == "duckdb" -%}
        {%- for kept in kept_tables() %}
            drop table if exists {{ kept.schema }}.{{ kept.name }};
            alter table {{ kept.schema }}.{{ kept.backup }} rename to {{ kept.name }};
        {%- endfor %}
        delete from raw.built_inputs;
    {%- endif -%}
{%- endmacro -%}

{#- The name of a replaced table until its build has ended. -#}
{%- macro last_good_name(name) -%} {{ name }}__last_good {%- endmacro -%}

{#- The tables that have such a backup now, as a list of {schema, name, backup}. -#}
{%- macro kept_tables() -%}
    {%- set query -%}
        select schema_name, table_name from duckdb_tables()
        where database_name = current_database() and table_name like '%\_\_last\_good' escape '\'
    {%- endset -%}
    {%- set found = [] -%}
    {%- for row in run_query(query).rows -%}
        {%- set name = row[1] | replace("__last_good", "") -%}
        {%- do found.append({"schema": row[0], "name": name, "backup": row[1]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro -%}

{#- SQL that puts the old table aside, within the transaction that makes the new one. -#}
{%- macro put_aside(relation) -%}
    alter table {{ relation }} rename to {{ last_good_name(relation.identifier) }};
{%- endmacro -%}

{#- The same for a table that is changed in place: a copy of it. -#}
{%- macro copy_aside() -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if execute and existing is not none and target.type == "duckdb" -%}
        create table {{ this.schema }}.{{ last_good_name(this.identifier) }} as select * from {{ existing }}
    {%- endif -%}
{%- endmacro -%}
