select
    party_id,
    name,
    'state' as kind,
    party_id as country,
    name as country_name,
    region,
    qid,
    party_id as principal_id
from {{ ref('countries') }}

union all

select
    parties.party_id,
    parties.name,
    parties.kind,
    parties.country,
    countries.name as country_name,
    countries.region,
    parties.qid,
    coalesce(
        principals.principal,
        case when parties.kind in ('state_organ', 'office', 'official') then parties.country end,
        parties.party_id
    ) as principal_id
from {{ ref('parties') }} as parties
left join {{ ref('countries') }} as countries on parties.country = countries.party_id
left join {{ ref('principals') }} as principals on parties.party_id = principals.party_id
