{%- macro part_of_day(hour) -%}
    case
        when {{ hour }} between 6 and 11 then 'morning'
        when {{ hour }} between 12 and 17 then 'afternoon'
        when {{ hour }} between 18 and 22 then 'evening'
        when {{ hour }} is not null then 'night'
    end
{%- endmacro -%}

{%- macro day_name(iso_day) -%}
    case {{ iso_day }}
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        when 7 then 'Sunday'
    end
{%- endmacro -%}

{%- macro listening_date(local_timestamp) -%}
    cast({{ local_timestamp }} - interval 4 hours as date)
{%- endmacro -%}
