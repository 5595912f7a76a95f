{#
    Replaces a table and its comments in one transaction.

    dbt-duckdb builds beside the old table, renames both and drops the old one: ten statements and as many rounds
    through the templates for each model. DuckDB replaces a table within a transaction, so that readers see the old
    one until the commit and a failure leaves it as it was. For sixty small models this is a third of the build.
    A contract is checked before anything is written, as dbt does.
#}
{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_table -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- if config.get("contract").enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
    {%- endif -%}
    {% call statement("main") -%}
        create or replace table {{ target }} as ({{ compiled_code }});
    {%- endcall %}
    {% call statement("comments") -%}
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
