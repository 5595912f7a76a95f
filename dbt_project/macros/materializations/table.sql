{#
    Replaces a table and its comments in one transaction.

    dbt-duckdb builds beside the old table, renames both and drops the old one: ten statements and as many rounds
    through the templates for each model. DuckDB replaces a table within a transaction, so that readers see the old
    one until the commit and a failure leaves it as it was. For many small models this is a third of the build.

    A contract is kept by making the table from it: its columns and types, filled by name, so that a column that
    the model lacks is an error. That a model gives nothing beyond its contract, and no other type, is tested with
    the project and not looked up anew in each build.

    The old table stays under another name until the build ends and its data tests are known (see end_build).
#}
{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_table -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {% call statement("main") -%}
        {%- if existing is not none and existing.is_table %} {{ put_aside(existing) }} {%- endif %}
        {%- if config.get("contract").enforced -%}
            create table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} {{ get_select_subquery(compiled_code) }};
        {%- else -%}
            create table {{ target }} as ({{ compiled_code }});
        {%- endif %}
        comment on table {{ target }} is {{ duckdb_escape_comment(model.description) }};
        {% for column in model.columns.values() %}
            comment on column {{ target }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
        {% endfor %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
