{#-
    Why a node of this build cannot be trusted, by its id: the name of the data test or model that failed, its own
    or one that it was built on. Results come in the order in which dbt ended, so what a node reads comes first.
-#}
{%- macro failure_causes(results) -%}
    {%- set causes = {} -%}
    {%- set failed_tests = [] -%}
    {%- for result in results if result.node.resource_type == "test" and result.status in ("fail", "error") -%}
        {%- do failed_tests.append(result.node.name) -%}
        {%- for tested in tested_nodes(result.node) -%}
            {%- do causes.setdefault(tested, result.node.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for result in results if result.node.resource_type == "model" -%}
        {%- set node = result.node -%}
        {%- if result.status == "error" -%} {%- do causes.setdefault(node.unique_id, node.name) -%} {%- endif -%}
        {%- for parent in node.depends_on.nodes if parent in causes -%}
            {%- do causes.setdefault(node.unique_id, causes[parent]) -%}
        {%- endfor -%}
        {%- if result.status == "skipped" and failed_tests -%}
            {#- dbt also skips what reads all that a failed test reads. -#}
            {%- do causes.setdefault(node.unique_id, failed_tests[0]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(causes) }}
{%- endmacro -%}

{#- The models a data test speaks of: the one it is attached to, else the last ones of those that it reads. -#}
{%- macro tested_nodes(test) -%}
    {%- if test.attached_node -%} {{ return([test.attached_node]) }} {%- endif -%}
    {%- set earlier = [] -%}
    {%- for node in test.depends_on.nodes -%} {%- do earlier.extend(ancestors(node)) -%} {%- endfor -%}
    {{ return(test.depends_on.nodes | reject("in", earlier) | list) }}
{%- endmacro -%}

{#- Everything a node is built on, directly or not. -#}
{%- macro ancestors(node) -%}
    {%- set found = [] -%}
    {%- set waiting = [node] -%}
    {#- A node is taken up once; the loop grows with what it finds. -#}
    {%- for one in waiting if one in graph.nodes -%}
        {%- for parent in graph.nodes[one].depends_on.nodes if parent not in found -%}
            {%- do found.append(parent) -%}
            {%- do waiting.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro -%}
