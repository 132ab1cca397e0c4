-- What the wording of an unlisted party tells: its kind, and whether it names anybody.
with

parties as (
    select
        party_id,
        name
    from {{ ref('int_named_parties') }}
    where party_id not in (select listed.party_id from {{ ref('stg_parties') }} as listed)
),

-- One empty word more, so that a name of punctuation alone has a row too.
words as (
    select
        party_id,
        unnest({{ words('name') }} || ['']) as word
    from parties
),

country_words as (
    select distinct unnest(phrase_words) as word
    from {{ ref('stg_country_phrases') }}
),

named as (
    select
        words.party_id,
        bool_or(
            party_words.word is null
            and country_words.word is null
            and regexp_matches(words.word, '\p{Lu}')
        ) as is_named
    from words
    left join {{ ref('stg_party_words') }} as party_words on lower(words.word) = party_words.word
    left join country_words on words.word = country_words.word
    group by words.party_id
),

-- A captain of a ship is a person, and so is a ship captain: the last word before "of" and the like that tells a kind.
heads as (
    select
        party_id,
        regexp_replace(
            lower(name), '\s(about|at|by|for|from|in|of|on|that|to|which|who|with)\s.*', ''
        ) as head
    from parties
),

told as (
    select
        heads.party_id,
        party_words.kind,
        head_words.place,
        list_has_any({{ words('heads.head') }}, ['and', 'or']) as is_list
    from heads
    cross join unnest({{ words('heads.head') }}) with ordinality as head_words (word, place)
    inner join {{ ref('stg_party_words') }} as party_words on head_words.word = party_words.word
    where party_words.kind is not null
),

kinds as (
    select
        party_id,
        case
            when count(distinct kind) = 1 or not any_value(is_list) then max_by(kind, place)
        end as kind
    from told
    group by party_id
)

select
    named.party_id,
    kinds.kind,
    named.is_named
from named
left join kinds on named.party_id = kinds.party_id
