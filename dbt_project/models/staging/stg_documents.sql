select
    document_id,
    story_id,
    origin,
    coalesce(source, nullif(regexp_extract(url, '^[a-z]+://(?:www\.)?([^/:]+)', 1), '')) as source,
    title,
    published,
    url,
    word_count,
    passed_gate,
    extractor_version,
    fetched_at,
    loaded_at
from {{ source('raw', 'documents') }}
