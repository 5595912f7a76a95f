-- A group on both sides of the split would let a model learn what it is tested on.
with splits as (select * from {{ source("ml", "catalogue_split") }})

select split_id, artist_group as leaking_group
from splits
group by split_id, artist_group
having count(distinct split) > 1 or count(distinct fold) > 1
union all
select split_id, song_group as leaking_group
from splits
group by split_id, song_group
having count(distinct split) > 1 or count(distinct fold) > 1
