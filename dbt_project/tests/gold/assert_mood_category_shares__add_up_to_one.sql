-- The five categories share out the measured plays: nothing is counted twice or lost.
select listener_id, sum(share) as shares
from {{ ref("mood_category_shares") }}
where n_measured > 0
group by listener_id
having abs(sum(share) - 1) > 1e-9
