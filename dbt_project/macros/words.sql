{# The words of a name, without punctuation and the possessive ending. #}
{% macro words(name) -%}
    regexp_extract_all(regexp_replace({{ name }}, '[''’]s\b', '', 'g'), '[^\s,;:()"“”-]+')
{%- endmacro %}
