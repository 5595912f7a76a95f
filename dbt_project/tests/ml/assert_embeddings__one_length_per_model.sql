-- Vectors of different lengths, or of none, cannot be compared.
select model_version
from {{ source("ml", "track_embeddings") }}
group by model_version
having
    min({{ list_length("embedding") }}) <> max({{ list_length("embedding") }})
    or min({{ list_length("embedding") }}) = 0
union all
select model_version
from {{ source("ml", "listener_embeddings") }}
group by model_version
having
    min({{ list_length("embedding") }}) <> max({{ list_length("embedding") }})
    or min({{ list_length("embedding") }}) = 0
