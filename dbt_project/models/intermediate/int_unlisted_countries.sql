with

names as (
    select
        party_id,
        {{ words('name') }} as name_words
    from {{ ref('int_named_parties') }}
    where party_id not in (select listed.party_id from {{ ref('stg_parties') }} as listed)
),

-- No country is called by more than six words.
spans as (
    select
        names.party_id,
        starts.first_word,
        starts.first_word + lengths.word_count - 1 as last_word,
        names.name_words[starts.first_word:starts.first_word + lengths.word_count - 1] as span_words
    from names
    cross join unnest(generate_series(1, len(names.name_words))) as starts (first_word)
    cross join unnest(generate_series(1, least(6, len(names.name_words) - starts.first_word + 1)))
        as lengths (word_count)
),

found as (
    select
        spans.party_id,
        spans.first_word,
        spans.last_word,
        phrases.country
    from spans
    inner join {{ ref('stg_country_phrases') }} as phrases on spans.span_words = phrases.phrase_words
),

-- "South Sudan" is not Sudan.
longest as (
    select
        found.party_id,
        found.country
    from found
    left join found as longer
        on
            found.party_id = longer.party_id
            and found.first_word >= longer.first_word
            and found.last_word <= longer.last_word
            and found.last_word - found.first_word < longer.last_word - longer.first_word
    where longer.party_id is null
)

select
    party_id,
    any_value(country) as country
from longest
group by party_id
having count(distinct country) = 1
