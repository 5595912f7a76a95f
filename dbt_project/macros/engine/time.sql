{%- macro iso_day_of_week(moment) -%} {{ return(adapter.dispatch("iso_day_of_week")(moment)) }} {%- endmacro -%}
{%- macro default__iso_day_of_week(moment) -%} cast(isodow({{ moment }}) as integer) {%- endmacro -%}
{%- macro spark__iso_day_of_week(moment) -%} weekday({{ moment }}) + 1 {%- endmacro -%}

{%- macro iso_year(moment) -%} {{ return(adapter.dispatch("iso_year")(moment)) }} {%- endmacro -%}
{%- macro default__iso_year(moment) -%} cast(isoyear({{ moment }}) as integer) {%- endmacro -%}
{%- macro spark__iso_year(moment) -%} extract(yearofweek from {{ moment }}) {%- endmacro -%}

{%- macro utc_to_local(moment, zone) -%} {{ return(adapter.dispatch("utc_to_local")(moment, zone)) }} {%- endmacro -%}
{%- macro default__utc_to_local(moment, zone) -%}
    (({{ moment }}) at time zone 'UTC') at time zone {{ zone }}
{%- endmacro -%}
{%- macro spark__utc_to_local(moment, zone) -%} from_utc_timestamp({{ moment }}, {{ zone }}) {%- endmacro -%}

{%- macro epoch_seconds(moment) -%} {{ return(adapter.dispatch("epoch_seconds")(moment)) }} {%- endmacro -%}
{%- macro default__epoch_seconds(moment) -%} cast(floor(epoch({{ moment }})) as bigint) {%- endmacro -%}
{%- macro spark__epoch_seconds(moment) -%} unix_seconds(cast({{ moment }} as timestamp)) {%- endmacro -%}

{%- macro epoch_ms(moment) -%} {{ return(adapter.dispatch("epoch_ms")(moment)) }} {%- endmacro -%}
{%- macro default__epoch_ms(moment) -%} epoch_ms({{ moment }}) {%- endmacro -%}
{%- macro spark__epoch_ms(moment) -%} unix_millis(cast({{ moment }} as timestamp)) {%- endmacro -%}

{%- macro add_ms(moment, ms) -%} {{ return(adapter.dispatch("add_ms")(moment, ms)) }} {%- endmacro -%}
{%- macro default__add_ms(moment, ms) -%} ({{ moment }} + to_milliseconds({{ ms }})) {%- endmacro -%}
{%- macro spark__add_ms(moment, ms) -%} timestampadd(millisecond, {{ ms }}, {{ moment }}) {%- endmacro -%}

{%- macro date_series(first_date, last_date) -%}
    {{ return(adapter.dispatch("date_series")(first_date, last_date)) }}
{%- endmacro -%}
{%- macro default__date_series(first_date, last_date) -%}
    unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day))
{%- endmacro -%}
{%- macro spark__date_series(first_date, last_date) -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
{%- endmacro -%}
