-- Ships have names without a word that tells what they are; the words around the name tell it.
with

-- Some parties stand in another sentence than the words that report the act, which is the only one at hand.
sides as (
    select
        actor_id as party_id,
        right(left(sentence, actor_start - sentence_start), 30) as before,
        substr(sentence, actor_end - sentence_start + 1, 30) as behind
    from {{ ref('stg_event_mentions') }}
    where
        actor_start >= sentence_start
        and actor_end <= sentence_end

    union all

    select
        target_id as party_id,
        right(left(sentence, target_start - sentence_start), 30) as before,
        substr(sentence, target_end - sentence_start + 1, 30) as behind
    from {{ ref('stg_event_mentions') }}
    where
        target_start >= sentence_start
        and target_end <= sentence_end
),

-- "the tanker Umbra", "the Umbra oil tanker"; "Umbra's tanker" is another party.
around as (
    select
        sides.party_id,
        sides.behind,
        {{ words('sides.before') }}[-1:] || case
            when sides.behind not like '''%' and sides.behind not like '’%' then {{ words('sides.behind') }}[:2]
            else []
        end as near_words
    from sides
    inner join {{ ref('int_unlisted_parties') }} as parties on sides.party_id = parties.party_id
    where
        parties.kind is null
        and parties.is_named
),

vessel_words as (
    select list(word) as words
    from {{ ref('stg_party_words') }}
    where kind = 'vessel'
)

select distinct around.party_id
from around
cross join vessel_words
where
    regexp_matches(around.behind, '^[\s,(]*IMO\W*[0-9]{7}')
    or list_has_any(list_transform(around.near_words, word -> lower(word)), vessel_words.words)
