-- How much of the listening of two listeners goes to artists that both play? Grain:
-- listener_id, other_listener_id; pairs with an artist in common. weight is the share
-- of
-- the listener's own plays; the divergence is Jensen and Shannon's (base 2): an artist
-- that only one of the two plays adds half a weight.
with
    heard_tracks as (select * from {{ ref("heard_tracks") }}),
    artists as (
        select
            listener_id,
            artist_name,
            {{ share("sum(plays)", "sum(sum(plays)) over of_listener") }} as weight
        from heard_tracks
        where artist_name is not null
        group by listener_id, artist_name
        window of_listener as (partition by listener_id)
    )

select
    a.listener_id,
    b.listener_id as other_listener_id,
    count(*) as n,
    sum(a.weight) as weight,
    1 + sum(
        a.weight * log2({{ share("a.weight", "a.weight + b.weight") }})
        + b.weight * log2({{ share("b.weight", "a.weight + b.weight") }})
    )
    / 2 as divergence
from artists as a
inner join artists as b using (artist_name)
where a.listener_id <> b.listener_id
group by a.listener_id, b.listener_id
