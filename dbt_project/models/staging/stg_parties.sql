select
    party_id,
    name,
    'country' as kind,
    party_id as country,
    region,
    qid
from {{ ref('countries') }}

union all

select
    parties.party_id,
    parties.name,
    parties.kind,
    parties.country,
    countries.region,
    parties.qid
from {{ ref('parties') }} as parties
left join {{ ref('countries') }} as countries on parties.country = countries.party_id
