{# A key of 32 hexadecimal digits of the values of `columns`; NULL counts as a value of its own. #}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce({{ column }}::varchar, '~'){% endfor %}))
{%- endmacro %}
