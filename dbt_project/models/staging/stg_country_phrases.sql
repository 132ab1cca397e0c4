-- Names are cut into words as int_unlisted_countries cuts them.
with

phrases as (
    select
        party_id as country,
        unnest(string_split(concat_ws('|', name, adjectives, capitals, aliases), '|')) as phrase
    from {{ ref('countries') }}
)

select distinct
    country,
    {{ words('phrase') }} as phrase_words
from phrases
where phrase <> ''
