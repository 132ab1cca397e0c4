select
    word,
    nullif(kind, '') as kind
from {{ ref('party_words') }}
