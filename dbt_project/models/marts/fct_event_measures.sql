select
    event_id,
    unnest(measures) as measure
from {{ ref('fct_events') }}
