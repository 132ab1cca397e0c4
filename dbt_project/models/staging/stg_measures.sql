select
    measure,
    label,
    description
from {{ ref('measures') }}
