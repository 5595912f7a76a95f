{#-
    After a build: a table that failed a data test gives way to the one it replaced, and so does what was built
    on it; of all others the old one goes. How each ended is written to raw.build_results.

    One transaction: a kill before its end is a killed build (see begin_build), after it a build that ended.
    The first build has no old table: one that fails is dropped, so that no table is there that failed a test.
-#}
{%- macro end_build(results) -%}
    {%- if execute and flags.WHICH in ("build", "run") and target.type == "duckdb" -%}
        {%- set causes = failure_causes(results) -%}
        {%- set good = good_tables() -%}
        {%- set backups = kept_tables() | map(attribute="backup") | list -%}
        {%- set ended = [] -%}
        begin transaction;
        {%- for result in results if result.node.resource_type == "model" -%}
            {%- set node = result.node -%}
            {%- set name = node.schema ~ "." ~ node.alias -%}
            {%- set backup = last_good_name(node.alias) -%}
            {%- set cause = causes.get(node.unique_id) -%}
            {%- set is_built = result.status in ("success", "partial success") -%}
            {%- if is_built and node.config.materialized != "view" %}
                {%- set is_kept = backup in backups and name in good -%}
                {%- if cause is not none %} drop table {{ name }}; {%- endif %}
                {%- if cause is not none and is_kept %}
                    alter table {{ node.schema }}.{{ backup }} rename to {{ node.alias }};
                {%- else %}
                    drop table if exists {{ node.schema }}.{{ backup }};
                {%- endif -%}
                {%- set status = "ok" if cause is none else "kept" if is_kept else "missing" -%}
            {%- elif is_built -%} {%- set status = "ok" if cause is none else "failed" -%}
            {%- else -%}
                {#- What failed was rolled back; a copy made before goes. -#}
                {%- if backup in backups %} drop table {{ node.schema }}.{{ backup }}; {%- endif -%}
                {%- set status = "skipped" if result.status == "skipped" else "error" -%}
            {%- endif -%}
            {%- do ended.append((node.schema, node.alias, status, cause)) -%}
        {%- endfor %}
        {{ record_results(ended) }}
        commit;
    {%- endif -%}
{%- endmacro -%}

{#- Tables whose rows are known to be good, as "schema.name". -#}
{%- macro good_tables() -%}
    {%- set query -%}
        select schema_name || '.' || table_name from raw.build_results where good_at is not null
    {%- endset -%}
    {{ return(run_query(query).rows | map(attribute=0) | list) }}
{%- endmacro -%}

{#- SQL that replaces the rows of those tables in raw.build_results. -#}
{%- macro record_results(ended) -%}
    {%- if ended %}
        insert into raw.build_results
        select
            schema_name, table_name, ended.status, ended.cause, now()::timestamp,
            case when ended.status = 'ok' then now()::timestamp else before.good_at end
        from (
            values
            {%- for schema, name, status, cause in ended %}
                (
                    '{{ schema }}', '{{ name }}', '{{ status }}',
                    {{ "'" ~ cause ~ "'" if cause else "null" }}
                ){{ "," if not loop.last }}
            {%- endfor %}
        ) as ended (schema_name, table_name, status, cause)
        left join raw.build_results as before using (schema_name, table_name);
        delete from raw.build_results as old
        where
            old.tried_at < now()::timestamp
            and (schema_name, table_name) in (
                select (schema_name, table_name) from raw.build_results where tried_at = now()::timestamp
            );
    {%- endif -%}
{%- endmacro -%}
