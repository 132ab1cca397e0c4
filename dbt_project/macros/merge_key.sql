{#
    What tellings of one act have in common. Where there is no date or no party at all the document is part of it, so
    that such mentions merge only within their document.
#}
{% macro merge_key() -%}
    {{ surrogate_key([
        'actor_id',
        'action',
        'status',
        'target_id',
        'case when date_start is null or coalesce(actor_id, target_id) is null then document_id end',
    ]) }}
{%- endmacro %}
