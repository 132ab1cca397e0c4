{#
    Take out of fct_event_mentions, before it is added to, every mention of a merge key to which a mention came, from
    which one went, or of which a run wrote one anew: they move the key's windows, and so its other mentions' events.
#}
{% macro forget_changed_mentions() %}
    {% if is_incremental() %}
        with
        loaded as (select mention_id, run_id, {{ merge_key() }} as merge_key from {{ ref('stg_event_mentions') }}),
        told as (select mention_id, run_id, {{ merge_key() }} as merge_key from {{ this }}),
        changed as (
            select merge_key from loaded anti join told using (mention_id, run_id)
            union all
            select merge_key from told anti join loaded using (mention_id, run_id)
        )
        delete from {{ this }} where {{ merge_key() }} in (select merge_key from changed)
    {% endif %}
{% endmacro %}
