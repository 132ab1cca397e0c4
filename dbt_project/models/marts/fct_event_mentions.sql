-- Incremental: the hook takes out whatever a run changed, and what is not there any more is added again.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook='{{ forget_changed_mentions() }}',
) }}

select
    mentions.mention_id,
    events.event_id,
    mentions.act_id,
    mentions.document_id,
    mentions.actor_id,
    mentions.actor_text,
    mentions.actor_name,
    mentions.action,
    mentions.status,
    mentions.target_id,
    mentions.target_text,
    mentions.target_name,
    mentions.measures,
    mentions.date_text,
    mentions.date_start,
    mentions.date_end,
    mentions.date_precision,
    mentions.date_basis,
    mentions.trigger_text,
    mentions.trigger_start,
    mentions.trigger_end,
    mentions.sentence,
    mentions.sentence_start,
    mentions.sentence_end,
    mentions.confidence,
    mentions.extractor_version,
    mentions.run_id
from {{ ref('stg_event_mentions') }} as mentions
inner join {{ ref('int_mention_events') }} as events on mentions.mention_id = events.mention_id
{% if is_incremental() %}
    where mentions.mention_id not in (select told.mention_id from {{ this }} as told)
{% endif %}
