-- What is done lies in the past of who tells it: a later date or the status was misread. A day is left for time zones.
{{ config(severity = 'warn') }}

select
    event_id,
    date_start,
    first_told
from {{ ref('fct_events') }}
where
    status = 'enacted'
    and date_start > first_told + 1
