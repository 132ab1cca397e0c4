with

bounds as (
    select
        least(min(mentions.date_start), min(documents.published)) as first_day,
        greatest(max(mentions.date_end), max(documents.published)) as last_day
    from {{ ref('stg_documents') }} as documents
    left join {{ ref('stg_event_mentions') }} as mentions on documents.document_id = mentions.document_id
),

days as (
    select
        unnest(
            generate_series(
                date_trunc('year', first_day),
                date_trunc('year', last_day) + interval '1 year' - interval '1 day',
                interval '1 day'
            )
        )::date as date_day
    from bounds
    where first_day is not null
)

select
    date_day,
    year(date_day)::integer as year,
    quarter(date_day)::integer as quarter,
    month(date_day)::integer as month,
    strftime(date_day, '%Y-%m') as year_month,
    monthname(date_day) as month_name,
    isoyear(date_day)::integer as iso_year,
    weekofyear(date_day)::integer as iso_week,
    isodow(date_day)::integer as iso_weekday,
    dayname(date_day) as weekday_name
from days
