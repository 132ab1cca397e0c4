{# A party's key: its id in the gazetteer, or one made of its name where it has none. NULL where there is no party. #}
{% macro party_id(id, name) -%}
    coalesce({{ id }}, 'unlisted-' || left(md5(lower(trim({{ name }}))), 12))
{%- endmacro %}
