{# One row per combination of the columns of `grain`, none of them NULL, and every condition true in every row. A
   condition that is NULL fails: what may be missing is said in the condition. #}
{% test rows_hold(model, grain, conditions) %}
    with
        counted as (
            select
                *, count(*) over (partition by {{ grain | join(", ") }}) as rows_of_key
            from {{ model }}
        )
    select *
    from counted
    where
        rows_of_key > 1
        {%- for column in grain %} or {{ column }} is null {% endfor %}
        {%- for condition in conditions %}
            or not coalesce({{ condition }}, false)
        {% endfor %}
{% endtest %}
