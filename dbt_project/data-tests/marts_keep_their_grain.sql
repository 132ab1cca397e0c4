-- The marts whose rows are told apart by several columns have one row for each of their values.
with

keys as (
    select
        'bi_country_month' as mart,
        concat_ws(' ', country, role, month, action, status) as key
    from {{ ref('bi_country_month') }}

    union all

    select
        'bi_network' as mart,
        concat_ws(' ', sender_id, target_id) as key
    from {{ ref('bi_network') }}

    union all

    select
        'bi_timeline' as mart,
        concat_ws(' ', date_day, action, status) as key
    from {{ ref('bi_timeline') }}

    union all

    select
        'fct_event_measures' as mart,
        concat_ws(' ', event_id, measure) as key
    from {{ ref('fct_event_measures') }}
)

select
    mart,
    key,
    count(*) as row_count
from keys
group by
    mart,
    key
having count(*) > 1
