-- Tellings differ now and then. Where they differ on most events, the merging or the reading of dates has gone wrong.
{{ config(severity = 'warn') }}

select
    count(*) filter (where is_disputed) as disputed_count,
    count(*) as event_count
from {{ ref('fct_events') }}
where document_count > 1
having count(*) filter (where is_disputed) > 0.5 * count(*) and count(*) > 20
