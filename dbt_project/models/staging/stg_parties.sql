select
    party_id,
    name,
    'state' as kind,
    party_id as country,
    name as country_name,
    region,
    qid
from {{ ref('countries') }}

union all

select
    parties.party_id,
    parties.name,
    parties.kind,
    parties.country,
    countries.name as country_name,
    countries.region,
    parties.qid
from {{ ref('parties') }} as parties
left join {{ ref('countries') }} as countries on parties.country = countries.party_id
