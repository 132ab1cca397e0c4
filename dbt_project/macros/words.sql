{# The words of a name, without punctuation and the possessive ending. #}
{% macro words(name) -%}
    list_filter(
        string_split_regex(regexp_replace({{ name }}, '[''’]s\b', '', 'g'), '[\s,;:()"“”-]+'),
        lambda word: word <> ''
    )
{%- endmacro %}
