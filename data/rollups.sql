-- The rollups: every statement that turns the lake into what pages read. Written in the subset of SQL that DuckDB and
-- Spark share (no engine's own functions), so that a cluster can run the same text when one machine is too small.
-- A statement begins with "-- name:". Statements of the first part run for the months touched by an import or undo
-- and read `lake` (their events) ; those of the second part read the tables before them.
-- Prepared beside them: touched(month), period(day, grain, start, no, last), item_theme(item_id, theme),
-- query_theme(query, theme), theme_name(theme, name). A theme of NULL is excluded; 'unsorted' is no theme.

-- name: schema
create table if not exists item_month (month varchar, item_id varchar, item_code varchar, item_name varchar,
    category varchar, brand varchar, lines bigint, first_day date, last_day date);
create table if not exists activity (month varchar, day date, user_no bigint, item_id varchar, query varchar,
    country varchar, platform varchar, attributes varchar, events bigint, purchases bigint, revenue decimal(18, 4));
create table if not exists user_day_interest (month varchar, day date, "by" varchar, id varchar, user_no bigint,
    country varchar, platform varchar, attributes varchar, events bigint, purchases bigint, revenue decimal(18, 4));
create table if not exists trend ("by" varchar, grain varchar, start date, id varchar, segment varchar, value varchar,
    events bigint, users bigint, revenue decimal(18, 4));

-- name: item_month
insert into item_month
select month, item_id, item_code, item_name, category, brand, count(*) as lines, min(day) as first_day, max(day) as last_day
from lake
where item_id is not null
group by month, item_id, item_code, item_name, category, brand
order by month, item_id, lines desc, item_name;

-- name: activity
insert into activity
select month, day, user_no, item_id, query, country, platform, attributes,
    cast(sum(case when event_type = 'refund' then 0 else 1 end) as bigint) as events,
    cast(sum(case when event_type = 'purchase' then 1 else 0 end) as bigint) as purchases,
    cast(sum(revenue) as decimal(18, 4)) as revenue
from (
    select month, day, user_no, item_id, case when item_id is null then lower(query) end as query, country, platform,
        segment_attributes as attributes, event_type, revenue
    from lake
) as line
group by month, day, user_no, item_id, query, country, platform, attributes
order by month, day, item_id, user_no;

-- name: item_dimension
create or replace table item_dimension as
with names as (
    select item_id, item_name, row_number() over (partition by item_id order by sum(lines) desc, item_name) as place
    from item_month where item_name is not null group by item_id, item_name
), codes as (
    select item_id, item_code, row_number() over (partition by item_id order by sum(lines) desc, item_code) as place
    from item_month group by item_id, item_code
), categories as (
    select item_id, category, row_number() over (partition by item_id order by sum(lines) desc, category) as place
    from item_month where category is not null group by item_id, category
), brands as (
    select item_id, brand, row_number() over (partition by item_id order by sum(lines) desc, brand) as place
    from item_month where brand is not null group by item_id, brand
), totals as (
    select item_id, cast(sum(lines) as bigint) as lines, min(first_day) as first_day, max(last_day) as last_day
    from item_month group by item_id
)
select t.item_id, codes.item_code, coalesce(names.item_name, codes.item_code) as name, names.item_name is not null as named,
    categories.category, brands.brand, t.lines, t.first_day, t.last_day,
    case when categories.category is null then 'none'
        when split_part(categories.category, ' > ', 2) = '' then split_part(categories.category, ' > ', 1)
        else concat(split_part(categories.category, ' > ', 1), ' > ', split_part(categories.category, ' > ', 2))
    end as category_interest
from totals t
left join names on names.item_id = t.item_id and names.place = 1
left join codes on codes.item_id = t.item_id and codes.place = 1
left join categories on categories.item_id = t.item_id and categories.place = 1
left join brands on brands.item_id = t.item_id and brands.place = 1
order by t.item_id;

-- name: user_day_all
insert into user_day_interest
select month, day, 'all' as "by", '' as id, user_no, country, platform, attributes, cast(sum(events) as bigint) as events,
    cast(sum(purchases) as bigint) as purchases, cast(sum(revenue) as decimal(18, 4)) as revenue
from activity
where month in (select month from touched)
group by month, day, user_no, country, platform, attributes
order by month, day, user_no;

-- name: user_day_theme
insert into user_day_interest
select a.month, a.day, 'theme' as "by", t.theme as id, a.user_no, a.country, a.platform, a.attributes,
    cast(sum(a.events) as bigint) as events, cast(sum(a.purchases) as bigint) as purchases, cast(sum(a.revenue) as decimal(18, 4)) as revenue
from activity a
join subject_theme t on t.item_id = coalesce(a.item_id, '') and t.query = coalesce(a.query, '')
where a.month in (select month from touched) and t.theme is not null
group by a.month, a.day, t.theme, a.user_no, a.country, a.platform, a.attributes
order by a.month, t.theme, a.day, a.user_no;

-- name: user_day_category
insert into user_day_interest
select a.month, a.day, 'category' as "by", coalesce(i.category_interest, 'none') as id, a.user_no, a.country, a.platform,
    a.attributes, cast(sum(a.events) as bigint) as events, cast(sum(a.purchases) as bigint) as purchases,
    cast(sum(a.revenue) as decimal(18, 4)) as revenue
from activity a
left join item_dimension i on i.item_id = a.item_id
where a.month in (select month from touched)
group by a.month, a.day, coalesce(i.category_interest, 'none'), a.user_no, a.country, a.platform, a.attributes
order by a.month, id, a.day, a.user_no;

-- name: user_day_brand
insert into user_day_interest
select a.month, a.day, 'brand' as "by", coalesce(i.brand, 'none') as id, a.user_no, a.country, a.platform, a.attributes,
    cast(sum(a.events) as bigint) as events, cast(sum(a.purchases) as bigint) as purchases, cast(sum(a.revenue) as decimal(18, 4)) as revenue
from activity a
left join item_dimension i on i.item_id = a.item_id
where a.month in (select month from touched)
group by a.month, a.day, coalesce(i.brand, 'none'), a.user_no, a.country, a.platform, a.attributes
order by a.month, id, a.day, a.user_no;

-- name: users
create or replace table users as
with days as (
    select user_no, day, cast(sum(events) as bigint) as events, cast(sum(purchases) as bigint) as purchases, sum(revenue) as revenue
    from user_day_interest where "by" = 'all' and user_no is not null group by user_no, day
), totals as (
    select user_no, min(day) as first_day, max(day) as last_day,
        min(case when purchases > 0 then day end) as first_purchase_day,
        max(case when purchases > 0 then day end) as last_purchase_day,
        cast(sum(events) as bigint) as events, cast(sum(case when purchases > 0 then 1 else 0 end) as bigint) as orders,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from days group by user_no
), countries as (
    select user_no, country, row_number() over (partition by user_no order by sum(events) desc, country) as place
    from user_day_interest where "by" = 'all' and user_no is not null and country is not null
    group by user_no, country
), ranked as (
    select t.*, c.country, log_reach.last_day as log_end, log_reach.first_day as log_start,
        row_number() over (order by t.revenue desc, t.user_no) as revenue_place, count(*) over () as people
    from totals t
    left join countries c on c.user_no = t.user_no and c.place = 1
    cross join (select min(day) as first_day, max(day) as last_day from user_day_interest where "by" = 'all') as log_reach
)
select user_no, first_day, last_day, first_purchase_day, last_purchase_day,
    coalesce(first_purchase_day, first_day) as cohort_day,
    coalesce(first_purchase_day, first_day) < log_start + 90 as from_before,
    country, events, orders, revenue,
    case when last_purchase_day is null then 'no purchase'
        when last_purchase_day <= log_end - 365 then 'lost'
        when last_purchase_day <= log_end - 90 and orders = 1 then 'one-time'
        when last_purchase_day <= log_end - 90 then 'at risk'
        when first_purchase_day > log_end - 90 then 'new'
        when revenue_place <= 0.2 * people then 'champions'
        when orders >= 4 then 'loyal'
        else 'promising' end as rfm
from ranked
order by user_no;

-- name: trend_interest
insert into trend
select u."by", p.grain, p.start, u.id, '' as segment, '' as value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join touched_day p on p.day = u.day
group by u."by", p.grain, p.start, u.id;

-- name: trend_item
insert into trend
select 'item' as "by", p.grain, p.start, a.item_id as id, '' as segment, '' as value, cast(sum(a.events) as bigint) as events,
    count(distinct case when a.events > 0 then a.user_no end) as users, cast(sum(a.revenue) as decimal(18, 4)) as revenue
from activity a
join touched_day p on p.day = a.day
where a.item_id is not null
group by p.grain, p.start, a.item_id;

-- name: trend_country
insert into trend
select u."by", p.grain, p.start, u.id, 'country' as segment, u.country as value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join touched_day p on p.day = u.day
where u.country is not null
group by u."by", p.grain, p.start, u.id, u.country;

-- name: trend_platform
insert into trend
select u."by", p.grain, p.start, u.id, 'platform' as segment, u.platform as value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join touched_day p on p.day = u.day
where u.platform is not null
group by u."by", p.grain, p.start, u.id, u.platform;

-- name: trend_attribute
insert into trend
select u."by", p.grain, p.start, u.id, s.name as segment, s.value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join attribute_value s on s.attributes = u.attributes
join touched_day p on p.day = u.day
group by u."by", p.grain, p.start, u.id, s.name, s.value;

-- name: trend_person
insert into trend
select u."by", p.grain, p.start, u.id, 'rfm' as segment, s.rfm as value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join users s on s.user_no = u.user_no
join period p on p.day = u.day
group by u."by", p.grain, p.start, u.id, s.rfm
union all
select u."by", p.grain, p.start, u.id, 'cohort' as segment, s.cohort_month as value, cast(sum(u.events) as bigint) as events,
    count(distinct case when u.events > 0 then u.user_no end) as users, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join user_cohort s on s.user_no = u.user_no
join period p on p.day = u.day
group by u."by", p.grain, p.start, u.id, s.cohort_month;

-- name: cohort
create or replace table cohort as
select p.grain, c.start as cohort, p.no - c.no as age, u."by", u.id, count(distinct case when u.events > 0 then u.user_no end) as users,
    cast(sum(u.events) as bigint) as events, cast(sum(u.revenue) as decimal(18, 4)) as revenue
from user_day_interest u
join users s on s.user_no = u.user_no
join cohort_period p on p.day = u.day
join cohort_period c on c.day = s.cohort_day and c.grain = p.grain
where p.no >= c.no
group by p.grain, c.start, p.no - c.no, u."by", u.id
order by p.grain, u."by", c.start, age, u.id;

-- name: cohort_size
create or replace table cohort_size as
select c.grain, c.start as cohort, count(*) as users, max(s.from_before) as from_before
from users s
join cohort_period c on c.day = s.cohort_day
where s.events > 0
group by c.grain, c.start
order by c.grain, c.start;

-- name: lifecycle
create or replace table lifecycle as
with days as (
    select "by", id, user_no, day from user_day_interest
    where user_no is not null and events > 0
    group by "by", id, user_no, day
), spans as (
    select "by", id, user_no, day, lag(day) over (partition by "by", id, user_no order by day) as previous,
        lead(day) over (partition by "by", id, user_no order by day) as following
    from days
), active as (
    select w.grain, w.start, s."by", s.id,
        cast(sum(case when s.previous is null then 1 else 0 end) as bigint) as new,
        cast(sum(case when s.previous is not null and s.day - s.previous < 90 then 1 else 0 end) as bigint) as returning,
        cast(sum(case when s.previous is not null and s.day - s.previous >= 90 then 1 else 0 end) as bigint) as resurrected
    from spans s
    join lifecycle_window w on w.day = s.day
    where s.previous is null or s.previous < w.opens
    group by w.grain, w.start, s."by", s.id
), moves as (
    select "by", id, day + 28 as day, 1 as lapsing, 0 as dormant from spans
    where following is null or following > day + 28
    union all
    select "by", id, case when following < day + 90 then following else day + 90 end, -1, 0 from spans
    where following is null or following > day + 28
    union all
    select "by", id, day + 90, 0, 1 from spans where following is null or following > day + 90
    union all
    select "by", id, following, 0, -1 from spans where following > day + 90
), steps as (
    select p.grain, p.start, m."by", m.id, sum(m.lapsing) as lapsing, sum(m.dormant) as dormant
    from moves m
    join lifecycle_period p on p.day = m.day
    group by p.grain, p.start, m."by", m.id
), grid as (
    select e.grain, e.start, i."by", i.id
    from (select distinct grain, start from lifecycle_period) as e
    cross join (select distinct "by", id from days) as i
)
select g.grain, g.start, g."by", g.id, coalesce(a.new, 0) as new, coalesce(a.returning, 0) as returning,
    coalesce(a.resurrected, 0) as resurrected,
    cast(sum(coalesce(s.lapsing, 0)) over (partition by g.grain, g."by", g.id order by g.start
        rows between unbounded preceding and current row) as bigint) as lapsing,
    cast(sum(coalesce(s.dormant, 0)) over (partition by g.grain, g."by", g.id order by g.start
        rows between unbounded preceding and current row) as bigint) as dormant
from grid g
left join active a on a.grain = g.grain and a.start = g.start and a."by" = g."by" and a.id = g.id
left join steps s on s.grain = g.grain and s.start = g.start and s."by" = g."by" and s.id = g.id
order by g.grain, g."by", g.id, g.start;

-- name: items
create or replace table items as
with totals as (
    select item_id, cast(sum(events) as bigint) as events, count(distinct case when events > 0 then user_no end) as users,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from activity where item_id is not null group by item_id
)
select d.item_id, d.item_code, d.name, d.category, d.category_interest, d.brand, t.theme, t.similarity,
    coalesce(n.events, 0) as events, coalesce(n.users, 0) as users, coalesce(n.revenue, 0) as revenue,
    d.first_day, d.last_day
from item_dimension d
left join item_theme t on t.item_id = d.item_id
left join totals n on n.item_id = d.item_id
order by d.item_id;

-- name: interests
create or replace table interests as
with counted as (
    select 'theme' as "by", theme as id, count(*) as items from items where theme is not null group by theme
    union all
    select 'category' as "by", category_interest as id, count(*) as items from items group by category_interest
    union all
    select 'brand' as "by", coalesce(brand, 'none') as id, count(*) as items from items group by coalesce(brand, 'none')
), totals as (
    select "by", id, cast(sum(events) as bigint) as events, count(distinct case when events > 0 then user_no end) as users,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from user_day_interest where "by" <> 'all' group by "by", id
)
select t."by", t.id, coalesce(n.name, t.id) as name, coalesce(c.items, 0) as items, t.events, t.users, t.revenue,
    row_number() over (partition by t."by" order by t.events desc, t.id) as rank
from totals t
left join counted c on c."by" = t."by" and c.id = t.id
left join theme_name n on t."by" = 'theme' and n.theme = t.id
order by t."by", rank;

-- name: segments
create or replace table segments as
with people as (
    select 'rfm' as segment, rfm as value, user_no from users
    union all
    select 'cohort' as segment, cohort_month as value, user_no from user_cohort
)
select 'country' as segment, country as value, cast(sum(events) as bigint) as events, count(distinct case when events > 0 then user_no end) as users
from user_day_interest where "by" = 'all' and country is not null group by country
union all
select 'platform' as segment, platform as value, cast(sum(events) as bigint) as events, count(distinct case when events > 0 then user_no end) as users
from user_day_interest where "by" = 'all' and platform is not null group by platform
union all
select s.name as segment, s.value, cast(sum(u.events) as bigint) as events, count(distinct case when u.events > 0 then u.user_no end) as users
from user_day_interest u join attribute_value s on s.attributes = u.attributes
where u."by" = 'all' group by s.name, s.value
union all
select p.segment, p.value, cast(sum(u.events) as bigint) as events, count(distinct case when u.events > 0 then u.user_no end) as users
from user_day_interest u join people p on p.user_no = u.user_no
where u."by" = 'all' group by p.segment, p.value;
