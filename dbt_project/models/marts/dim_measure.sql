select
    measure,
    label,
    description
from {{ ref('stg_measures') }}
