{# Product of falling factorials of counts: the number of ways to draw the letters of `word` (names of columns
   with the count of each letter) one after the other. 0 where a letter does not suffice. #}
{% macro falling_counts(word) -%}
    {%- for letter in word | unique -%}
        {%- set before = loop.first -%}
        {%- for taken in range(word | select("equalto", letter) | list | length) -%}
            {{ "" if before and loop.first else " * " }}({{ letter }}{{ " - " ~ taken if taken }})
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# n (n - 1) ... with `length` factors. #}
{% macro falling_total(n, length) -%}
    {%- for taken in range(length) -%}
        {{ " * " if taken }}({{ n }}{{ " - " ~ taken if taken }})
    {%- endfor -%}
{%- endmacro %}

{# How often a word (a list of columns with the counts of its letters) is expected to stand in a session of n
   plays when their order is shuffled. Exact; 0 where it does not fit. #}
{% macro transition_expected(word, n) -%}
    coalesce({{ falling_counts(word) }} / nullif({{ falling_total(n, word | length - 1) }}, 0), 0e0)
{%- endmacro %}

{# The variance of that number over all orders of the session: pairs of places that do not overlap, pairs that
   do where the word's end is its beginning, the expectation, less its square. Exact. #}
{% macro transition_variance(word, n) -%}
    {%- set length = word | length -%}
    {%- set expected = transition_expected(word, n) -%}
    (
        coalesce(
            {{ falling_counts(word + word) }} / nullif({{ falling_total(n, 2 * length - 2) }}, 0),
            0e0
        )
        {%- for shift in range(1, length) if word[shift:] == word[: length - shift] %}
        + 2 * coalesce(
            {{ falling_counts(word + word[length - shift :]) }}
            / nullif({{ falling_total(n, length + shift - 1) }}, 0),
            0e0
        )
        {%- endfor %}
        + {{ expected }} * (1 - {{ expected }})
    )
{%- endmacro %}

{# `moment` (transition_expected or transition_variance) of two moods in a row, from rows a and b with mood, plays and
   n of one session: which letters are the same decides the form. #}
{% macro moment_of_pair(moment) -%}
    case
        when a.mood = b.mood then {{ moment(["a.plays", "a.plays"], "a.n") }}
        else {{ moment(["a.plays", "b.plays"], "a.n") }}
    end
{%- endmacro %}

{# The same of three moods in a row, from rows a, b and c. #}
{% macro moment_of_triple(moment) -%}
    case
        when a.mood = b.mood and b.mood = c.mood then {{ moment(["a.plays", "a.plays", "a.plays"], "a.n") }}
        when a.mood = b.mood then {{ moment(["a.plays", "a.plays", "c.plays"], "a.n") }}
        when a.mood = c.mood then {{ moment(["a.plays", "b.plays", "a.plays"], "a.n") }}
        when b.mood = c.mood then {{ moment(["a.plays", "b.plays", "b.plays"], "a.n") }}
        else {{ moment(["a.plays", "b.plays", "c.plays"], "a.n") }}
    end
{%- endmacro %}
