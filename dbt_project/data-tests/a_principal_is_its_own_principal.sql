-- Who acts for another party does not act for one that acts for a third.
select
    parties.party_id,
    parties.principal_id,
    principals.principal_id as principal_of_principal_id
from {{ ref('dim_party') }} as parties
inner join {{ ref('dim_party') }} as principals on parties.principal_id = principals.party_id
where principals.principal_id <> principals.party_id
