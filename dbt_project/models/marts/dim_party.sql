with

named as (
    select
        parties.party_id,
        parties.name,
        parties.actor_mention_count,
        parties.target_mention_count,
        countries.party_id as country,
        countries.name as country_name,
        countries.region,
        coalesce(wordings.kind, case when vessels.party_id is not null then 'vessel' end, 'unlisted') as kind,
        wordings.is_named
    from {{ ref('int_named_parties') }} as parties
    left join {{ ref('int_unlisted_parties') }} as wordings on parties.party_id = wordings.party_id
    -- German Khan and Chad Wolf are persons, of neither country: two or three words with capitals that tell no kind.
    left join {{ ref('int_unlisted_countries') }} as unlisted
        on
            parties.party_id = unlisted.party_id
            and not (
                wordings.kind is null
                and wordings.is_named
                and regexp_full_match(parties.name, '\p{Lu}\S*(\s+\p{Lu}\S*){1,2}')
            )
    left join {{ ref('int_vessels') }} as vessels on parties.party_id = vessels.party_id
    left join {{ ref('stg_parties') }} as countries on unlisted.country = countries.party_id
)

select
    coalesce(listed.party_id, named.party_id) as party_id,
    coalesce(listed.name, named.name) as name,
    coalesce(listed.kind, named.kind) as kind,
    listed.party_id is not null as is_listed,
    listed.party_id is not null or named.is_named as is_named,
    coalesce(listed.country, named.country) as country,
    coalesce(listed.country_name, named.country_name) as country_name,
    coalesce(listed.region, named.region) as region,
    listed.qid,
    coalesce(
        listed.principal_id,
        case when named.kind = 'state_organ' then named.country end,
        named.party_id
    ) as principal_id,
    coalesce(listed.principal_id, named.country, named.party_id) as case_target_id,
    coalesce(named.actor_mention_count, 0) as actor_mention_count,
    coalesce(named.target_mention_count, 0) as target_mention_count
from {{ ref('stg_parties') }} as listed
full outer join named on listed.party_id = named.party_id
