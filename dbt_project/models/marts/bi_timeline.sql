select
    dates.date_day,
    dates.year,
    dates.year_month,
    events.action,
    events.status,
    count(*) as event_count,
    sum(events.mention_count)::bigint as mention_count,
    count(*) filter (where events.date_precision = 'day') as dated_to_the_day_count
from {{ ref('fct_events') }} as events
inner join {{ ref('dim_date') }} as dates on events.date_start = dates.date_day
group by all
