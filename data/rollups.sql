-- The rollups: every statement that turns the lake into what pages read. Written in the subset of SQL that DuckDB and
-- Spark share (no engine's own functions), so that a cluster can run the same text when one machine is too small.
-- A statement begins with "-- name:"; {words} in braces are names that data/rollups puts in, never values.
--
-- People, items and the like are numbers in here: u a person, s a subject (an item, or search words without one),
-- x a context (country, platform and attributes of a row), l an interest as it lies on a subject, o an interest as it
-- is shown, v a visit (only compared inside one person's neighbouring days; 0 where the day is the visit). A person that
-- is not known has no u.
--
-- Prepared beside them: lake (the rows of the touched days), fresh_lake (the rows of one new file),
-- item_theme(item_id, theme), query_theme(query, theme), item_fact(item_id, name, category, brand) of a catalogue
-- file, touched_day(day), span(day, p) and period_start(p, start) of one grain, shown_line(l, o), segment_value(n, segment, value)
-- with n = 0 for everybody, context_value(x, n), mask_bit(mask, bit, n).

-- name: schema
create table if not exists person (u integer, user_no bigint);
create table if not exists context (x integer, country varchar, platform varchar, attributes varchar);
create table if not exists subject (s integer, item_id varchar, query varchar);
create table if not exists line (l integer, "by" varchar, id varchar);
create table if not exists subject_line (s integer, theme integer, category integer, brand integer, whole integer);
create table if not exists file_day (path varchar, day date, events bigint, anonymous bigint, revenue decimal(18, 4));
create table if not exists item_file (path varchar, item_id varchar, item_code varchar, item_name varchar,
    category varchar, brand varchar, lines bigint, first_day date, last_day date);
create table if not exists query_file (path varchar, query varchar, lines bigint);
create table if not exists visit_item (day date, u integer, s integer, x integer);
create table if not exists sale_item (day date, u integer, s integer, x integer, purchases integer, revenue decimal(18, 4));
create table if not exists visit_theme (day date, u integer, v integer, l integer, x integer, events integer);
create table if not exists visit_category (day date, u integer, v integer, l integer, x integer, events integer);
create table if not exists visit_whole (day date, u integer, v integer, l integer, x integer, events integer);
create table if not exists interest_trend ("by" varchar, grain varchar, start date, id varchar, segment varchar, value varchar,
    events bigint, users bigint, revenue decimal(18, 4));
create table if not exists item_trend ("by" varchar, grain varchar, start date, id varchar, segment varchar, value varchar,
    events bigint, users bigint, revenue decimal(18, 4));
create table if not exists cohort (grain varchar, cohort date, age integer, "by" varchar, id varchar, segment varchar,
    value varchar, users bigint, events bigint, revenue decimal(18, 4));
create table if not exists lifecycle (grain varchar, start date, "by" varchar, id varchar, new bigint, "returning" bigint,
    resurrected bigint, lapsing bigint, dormant bigint);

-- name: file_day
insert into file_day
select path, day, cast(sum(case when event_type = 'refund' then 0 else 1 end) as bigint) as events,
    cast(sum(case when event_type <> 'refund' and user_no is null then 1 else 0 end) as bigint) as anonymous,
    cast(sum(revenue) as decimal(18, 4)) as revenue
from fresh_lake
group by path, day;

-- name: item_file
insert into item_file
select path, item_id, item_code, item_name, category, brand, count(*) as lines, min(day) as first_day,
    max(day) as last_day
from fresh_lake
where item_id is not null
group by path, item_id, item_code, item_name, category, brand;

-- name: query_file
insert into query_file
select path, lower(query) as query, count(*) as lines
from fresh_lake
where item_id is null and query is not null
group by path, lower(query);

-- name: item_dimension
create or replace table item_dimension as
with names as (
    select item_id, item_name, row_number() over (partition by item_id order by sum(lines) desc, item_name) as place
    from item_file where item_name is not null group by item_id, item_name
), codes as (
    select item_id, item_code, row_number() over (partition by item_id order by sum(lines) desc, item_code) as place
    from item_file group by item_id, item_code
), categories as (
    select item_id, category, row_number() over (partition by item_id order by sum(lines) desc, category) as place
    from item_file where category is not null group by item_id, category
), brands as (
    select item_id, brand, row_number() over (partition by item_id order by sum(lines) desc, brand) as place
    from item_file where brand is not null group by item_id, brand
), totals as (
    select item_id, cast(sum(lines) as bigint) as lines, min(first_day) as first_day, max(last_day) as last_day
    from item_file group by item_id
), found as (
    select t.item_id, codes.item_code, coalesce(f.name, names.item_name) as item_name,
        coalesce(f.category, categories.category) as category, coalesce(f.brand, brands.brand) as brand,
        t.lines, t.first_day, t.last_day
    from totals t
    left join names on names.item_id = t.item_id and names.place = 1
    left join codes on codes.item_id = t.item_id and codes.place = 1
    left join categories on categories.item_id = t.item_id and categories.place = 1
    left join brands on brands.item_id = t.item_id and brands.place = 1
    left join item_fact f on f.item_id = t.item_id
)
select item_id, item_code, coalesce(item_name, item_code) as name, item_name is not null as named, category, brand,
    lines, first_day, last_day,
    case when category is null then 'none'
        when split_part(category, ' > ', 2) = '' then split_part(category, ' > ', 1)
        else concat(split_part(category, ' > ', 1), ' > ', split_part(category, ' > ', 2))
    end as category_interest
from found
order by item_id;

-- name: new_subjects
insert into subject
select cast(t.top + row_number() over (order by n.item_id, n.query) as integer) as s, n.item_id, n.query
from (
    select distinct item_id, cast(null as varchar) as query from item_file
    union all
    select distinct cast(null as varchar) as item_id, query from query_file
    union all
    select cast(null as varchar) as item_id, cast(null as varchar) as query
) as n
left join subject s on s.item_id is not distinct from n.item_id and s.query is not distinct from n.query
cross join (select coalesce(max(s), 0) as top from subject) as t
where s.s is null;

-- name: subject_interest
create or replace temp table subject_interest as
select s.s,
    case when s.item_id is null and s.query is null then 'unsorted' when t.item_id is not null then t.theme
        when q.query is not null then q.theme else 'unsorted' end as theme,
    coalesce(i.category_interest, 'none') as category, coalesce(i.brand, 'none') as brand, '' as whole
from subject s
left join item_dimension i on i.item_id = s.item_id
left join item_theme t on t.item_id = s.item_id
left join query_theme q on q.query = s.query;

-- name: new_lines
insert into line
select cast(t.top + row_number() over (order by n."by", n.id) as integer) as l, n."by", n.id
from (
    select distinct 'theme' as "by", theme as id from subject_interest
    union all
    select distinct 'category' as "by", category as id from subject_interest
    union all
    select distinct 'brand' as "by", brand as id from subject_interest
    union all
    select distinct 'whole' as "by", whole as id from subject_interest
) as n
left join line l on l."by" = n."by" and l.id = n.id
cross join (select coalesce(max(l), 0) as top from line) as t
where l.l is null;

-- name: subject_line
create or replace temp table new_subject_line as
select i.s, t.l as theme, c.l as category, b.l as brand, w.l as whole
from subject_interest i
join line t on t."by" = 'theme' and t.id = i.theme
join line c on c."by" = 'category' and c.id = i.category
join line b on b."by" = 'brand' and b.id = i.brand
join line w on w."by" = 'whole' and w.id = i.whole
order by i.s;

-- name: moved_days
select distinct v.day
from (select day, s from visit_item union all select day, s from sale_item) as v
join (
    select n.s from new_subject_line n
    join subject_line o on o.s = n.s
    where {differs}
) as changed on changed.s = v.s;

-- name: new_people
insert into person
select cast(t.top + row_number() over (order by n.user_no) as integer) as u, n.user_no
from (select distinct user_no from lake where user_no is not null) as n
left join person p on p.user_no = n.user_no
cross join (select coalesce(max(u), 0) as top from person) as t
where p.u is null;

-- name: new_contexts
insert into context
select cast(t.top + row_number() over (order by n.country, n.platform, n.attributes) as integer) as x, n.country, n.platform,
    n.attributes
from (select distinct country, platform, segment_attributes as attributes from lake) as n
left join context c on c.country is not distinct from n.country and c.platform is not distinct from n.platform
    and c.attributes is not distinct from n.attributes
cross join (select coalesce(max(x), 0) as top from context) as t
where c.x is null;

-- name: moment
create or replace temp table moment as
select e.day, p.u, e.visit as v, s.s, l.theme, l.category, l.whole, c.x,
    case when e.event_type = 'refund' then 0 else 1 end as events,
    case when e.event_type = 'purchase' then 1 else 0 end as purchases, e.revenue
from lake e
left join person p on p.user_no = e.user_no
join subject s on s.item_id is not distinct from e.item_id
    and s.query is not distinct from case when e.item_id is null then lower(e.query) end
join subject_line l on l.s = s.s
join context c on c.country is not distinct from e.country and c.platform is not distinct from e.platform
    and c.attributes is not distinct from e.segment_attributes;

-- name: visit_item
insert into visit_item
select day, u, s, x from moment where events > 0 order by day, u;

-- name: sale_item
insert into sale_item
select day, u, s, x, purchases, revenue from moment where purchases > 0 or events = 0 order by day, u;

-- name: visit_interest
insert into visit_{kind}
select day, u, v, {kind} as l, x, cast(sum(events) as integer) as events
from moment
where events > 0
group by day, u, v, {kind}, x
order by day, u;

-- name: person_context
create or replace temp table person_context as
select u, x, count(*) as events
from visit_item
where u is not null and day <= (select as_of from reach)
group by u, x;

-- name: users
create or replace table users as
with visits as (
    select u, min(day) as first_day, max(day) as last_day, count(*) as events
    from visit_item where u is not null and day <= (select as_of from reach) group by u
), order_days as (
    select u, day, cast(sum(purchases) as bigint) as purchases, sum(revenue) as revenue
    from sale_item where u is not null and day <= (select as_of from reach) group by u, day
), sales as (
    select u, min(day) as first_day, max(day) as last_day, min(case when purchases > 0 then day end) as first_purchase_day,
        max(case when purchases > 0 then day end) as last_purchase_day,
        cast(sum(case when purchases > 0 then 1 else 0 end) as bigint) as orders, sum(revenue) as revenue
    from order_days group by u
), totals as (
    select coalesce(v.u, s.u) as u, least(coalesce(v.first_day, s.first_day), coalesce(s.first_day, v.first_day)) as first_day,
        greatest(coalesce(v.last_day, s.last_day), coalesce(s.last_day, v.last_day)) as last_day,
        s.first_purchase_day, s.last_purchase_day, coalesce(v.events, 0) as events, coalesce(s.orders, 0) as orders,
        cast(coalesce(s.revenue, 0) as decimal(18, 4)) as revenue
    from visits v
    full join sales s on s.u = v.u
), countries as (
    select u, country, row_number() over (partition by u order by sum(events) desc, country) as place
    from person_context v
    join context c on c.x = v.x
    where c.country is not null
    group by u, country
), ranked as (
    select p.user_no, t.*, c.country, log_reach.as_of as log_end, log_reach.first_day as log_start,
        row_number() over (order by t.revenue desc, p.user_no) as revenue_place, count(*) over () as people
    from totals t
    join person p on p.u = t.u
    left join countries c on c.u = t.u and c.place = 1
    cross join reach as log_reach
)
select user_no, u, first_day, last_day, first_purchase_day, last_purchase_day,
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

-- name: touched_people
create or replace temp table touched_person as
select distinct u from (
    select u from moment
    union all
    select v.u from visit_item v join touched_day t on t.day = v.day where v.day between {low} and {high}
    union all
    select v.u from sale_item v join touched_day t on t.day = v.day where v.day between {low} and {high}
) as seen
where u is not null;

-- name: counted_interest
create or replace temp view counted as
select v.day, v.u, r.o, v.x, v.events
from visit_source v
join shown_line r on r.l = v.l;
create or replace temp view sold as
select v.day, v.u, r.o, v.x, v.revenue
from sale_source v
join subject_line l on l.s = v.s
join shown_line r on r.l = l.{kind};

-- name: counted_brand
create or replace temp view counted as
select v.day, v.u, l.brand as o, v.x, 1 as events
from item_source v
join subject_line l on l.s = v.s;
create or replace temp view sold as
select v.day, v.u, l.brand as o, v.x, v.revenue
from sale_source v
join subject_line l on l.s = v.s;

-- name: counted_item
create or replace temp view counted as
select day, u, s as o, x, 1 as events from item_source;
create or replace temp view sold as
select day, u, s as o, x, revenue from sale_source;

-- name: day_sum
create or replace temp table day_sum as
select day, o, x, sum(events) as events
from counted
group by day, o, x;

-- name: sale_sum
create or replace temp table sale_sum as
select v.day, v.o, v.x, g.rfm, g.cohort, g.cohort_week, g.cohort_month, g.cohort_quarter, sum(v.revenue) as revenue
from sold v
left join user_group g on g.u = v.u
group by v.day, v.o, v.x, g.rfm, g.cohort, g.cohort_week, g.cohort_month, g.cohort_quarter;

-- name: sale_sum_whole
create or replace temp table sale_sum as
select day, o, sum(revenue) as revenue
from sold
group by day, o;

-- name: person_sum
create or replace temp table person_sum as
select p.p, v.o, v.u, sum(v.events) as events{masks}
from counted v
join span p on p.day = v.day{mask_join}
group by p.p, v.o, v.u;

-- name: part_whole
insert into period_part
select p, o, 0 as n, sum(events) as events, sum(case when u is not null then 1 else 0 end) as users, 0 as revenue
from person_sum
group by p, o
union all
select p.p, v.o, 0 as n, 0 as events, 0 as users, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
group by p.p, v.o;

-- name: part_events
insert into period_part
select p.p, v.o, 0 as n, count(*) as events, cast(null as bigint) as users, 0 as revenue
from counted v
join span p on p.day = v.day
group by p.p, v.o
union all
select p.p, v.o, 0 as n, 0 as events, cast(null as bigint) as users, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
group by p.p, v.o;

-- name: part_context
insert into period_part
select p.p, v.o, c.n, sum(v.events) as events, 0 as users, 0 as revenue
from day_sum v
join span p on p.day = v.day
join context_value c on c.x = v.x
group by p.p, v.o, c.n
union all
select p.p, v.o, c.n, 0 as events, 0 as users, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
join context_value c on c.x = v.x
group by p.p, v.o, c.n;

-- name: mask_sum
create or replace temp table mask_sum as
select p, o, {mask_names}, count(*) as users
from person_sum
where u is not null
group by p, o, {mask_names};

-- name: part_mask
insert into period_part
select k.p, k.o, b.n, 0 as events, sum(k.users) as users, 0 as revenue
from mask_sum k
join mask_bit b on b.mask = {mask} and (k.{mask_name} & b.bit) <> 0
group by k.p, k.o, b.n;

-- name: group_sum
create or replace temp table group_sum as
select k.p, k.o, s.rfm, s.cohort, sum(k.events) as events, count(*) as users
from person_sum k
join user_group s on s.u = k.u
group by k.p, k.o, s.rfm, s.cohort;

-- name: part_group
insert into period_part
select p, o, rfm as n, sum(events) as events, sum(users) as users, 0 as revenue
from group_sum group by p, o, rfm
union all
select p, o, cohort as n, sum(events) as events, sum(users) as users, 0 as revenue
from group_sum group by p, o, cohort
union all
select p.p, v.o, v.rfm as n, 0 as events, 0 as users, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
where v.rfm is not null
group by p.p, v.o, v.rfm
union all
select p.p, v.o, v.cohort as n, 0 as events, 0 as users, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
where v.cohort is not null
group by p.p, v.o, v.cohort;

-- name: trend_part
insert into trend_part
select cast({grain} as integer) as g, b.start, s.o, s.n, {factor} * s.events as events, {factor} * s.users as users,
    {factor} * s.revenue as revenue
from (
    select p, o, n, cast(sum(events) as bigint) as events, cast(sum(users) as bigint) as users,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from period_part
    group by p, o, n
) as s
join period_start b on b.p = s.p;

-- name: cell_event
create or replace temp table cell_event as
select b.start, v.o, s.rfm, s.cohort, v.x, sum(v.events) as events
from counted v
join span p on p.day = v.day
join period_start b on b.p = p.p
join user_group s on s.u = v.u
group by b.start, v.o, s.rfm, s.cohort, v.x;

-- name: cell_mask
create or replace temp table cell_mask as
select k.p, k.o, s.cohort, {mask_names}, count(*) as users
from person_sum k
join user_group s on s.u = k.u
group by k.p, k.o, s.cohort, {mask_names};

-- name: cohort_people
insert into cohort_part
select {grain} as grain, c.cohort_{grain_name} as cohort, b.start, k.o, k.n, sum(k.users) as users,
    sum(k.events) as events, 0 as revenue
from (
    select p, o, cohort, 0 as n, users, events from group_sum
    union all
    select p, o, cohort, rfm as n, users, events from group_sum
    union all
    select p, o, cohort, cohort as n, users, events from group_sum
) as k
join cohort_start c on c.n = k.cohort
join period_start b on b.p = k.p
join whole_period w on w.grain = {grain} and w.start = b.start
where c.cohort_{grain_name} <= b.start
group by c.cohort_{grain_name}, b.start, k.o, k.n;

-- name: cohort_context
insert into cohort_part
select {grain} as grain, c.cohort_{grain_name} as cohort, w.start, k.o, x.n, cast(null as bigint) as users,
    sum(k.events) as events, 0 as revenue
from cell_event k
join cohort_start c on c.n = k.cohort
join whole_period w on w.grain = {grain} and w.start = cast(date_trunc({grain}, cast(k.start as timestamp)) as date)
join context_value x on x.x = k.x
where c.cohort_{grain_name} <= w.start
group by c.cohort_{grain_name}, w.start, k.o, x.n;

-- name: cohort_mask
insert into cohort_part
select {grain} as grain, c.cohort_{grain_name} as cohort, b.start, k.o, m.n, sum(k.users) as users, 0 as events,
    0 as revenue
from cell_mask k
join mask_bit m on m.mask = {mask} and (k.{mask_name} & m.bit) <> 0
join cohort_start c on c.n = k.cohort
join period_start b on b.p = k.p
join whole_period w on w.grain = {grain} and w.start = b.start
where c.cohort_{grain_name} <= b.start
group by c.cohort_{grain_name}, b.start, k.o, m.n;

-- name: cohort_revenue
create or replace temp table cell_revenue as
select v.cohort_{grain_name} as cohort, b.start, v.o, v.rfm, v.cohort as month_n, v.x, sum(v.revenue) as revenue
from sale_sum v
join span p on p.day = v.day
join period_start b on b.p = p.p
join whole_period w on w.grain = {grain} and w.start = b.start
where v.cohort_{grain_name} <= b.start
group by v.cohort_{grain_name}, b.start, v.o, v.rfm, v.cohort, v.x;
insert into cohort_part
select {grain} as grain, cohort, start, o, 0 as n, 0 as users, 0 as events, sum(revenue) as revenue
from cell_revenue group by cohort, start, o;

-- name: cohort_revenue_segments
insert into cohort_part
select {grain} as grain, cohort, start, o, rfm as n, 0 as users, 0 as events, sum(revenue) as revenue
from cell_revenue group by cohort, start, o, rfm
union all
select {grain} as grain, cohort, start, o, month_n as n, 0 as users, 0 as events, sum(revenue) as revenue
from cell_revenue group by cohort, start, o, month_n
union all
select {grain} as grain, v.cohort, v.start, v.o, c.n, 0 as users, 0 as events, sum(v.revenue) as revenue
from cell_revenue v
join context_value c on c.x = v.x
group by v.cohort, v.start, v.o, c.n;

-- name: week_sum
create or replace temp table week_sum as
select k.p, k.o, s.cohort_week, sum(k.events) as events, count(*) as users
from person_sum k
join user_group s on s.u = k.u
group by k.p, k.o, s.cohort_week;

-- name: cohort_people_week
insert into cohort_part
select 'week' as grain, k.cohort_week as cohort, b.start, k.o, 0 as n, k.users, k.events, 0 as revenue
from week_sum k
join period_start b on b.p = k.p
join whole_period w on w.grain = 'week' and w.start = b.start
where k.cohort_week <= b.start;

-- name: week_segments
create or replace temp table week_group as
select k.p, k.o, s.cohort_week, s.rfm, s.cohort, sum(k.events) as events, count(*) as users
from person_sum k
join user_group s on s.u = k.u
group by k.p, k.o, s.cohort_week, s.rfm, s.cohort;
create or replace temp table week_event as
select p.p, v.o, s.cohort_week, v.x, sum(v.events) as events
from counted v
join span p on p.day = v.day
join user_group s on s.u = v.u
group by p.p, v.o, s.cohort_week, v.x;
insert into cohort_part
select 'week' as grain, k.cohort_week as cohort, b.start, k.o, k.n, cast(sum(k.users) as bigint) as users,
    cast(sum(k.events) as bigint) as events, 0 as revenue
from (
    select p, o, cohort_week, rfm as n, users, events from week_group
    union all
    select p, o, cohort_week, cohort as n, users, events from week_group
    union all
    select v.p, v.o, v.cohort_week, c.n, 0 as users, v.events from week_event v join context_value c on c.x = v.x
) as k
join period_start b on b.p = k.p
join whole_period w on w.grain = 'week' and w.start = b.start
where k.cohort_week <= b.start
group by k.cohort_week, b.start, k.o, k.n;

-- name: week_mask
create or replace temp table week_mask as
select k.p, k.o, s.cohort_week, {mask_names}, count(*) as users
from person_sum k
join user_group s on s.u = k.u
group by k.p, k.o, s.cohort_week, {mask_names};

-- name: cohort_mask_week
insert into cohort_part
select 'week' as grain, k.cohort_week as cohort, b.start, k.o, m.n, sum(k.users) as users, 0 as events, 0 as revenue
from week_mask k
join mask_bit m on m.mask = {mask} and (k.{mask_name} & m.bit) <> 0
join period_start b on b.p = k.p
join whole_period w on w.grain = 'week' and w.start = b.start
where k.cohort_week <= b.start
group by k.cohort_week, b.start, k.o, m.n;

-- name: cohort
insert into cohort
select c.grain, c.cohort, p.no - b.no as age, {by} as "by", n.id, s.segment, s.value,
    cast(sum(c.users) as bigint) as users, cast(sum(c.events) as bigint) as events,
    cast(sum(c.revenue) as decimal(18, 4)) as revenue
from cohort_part c
join (select distinct grain, start, no from cohort_period) as p on p.grain = c.grain and p.start = c.start
join (select distinct grain, start, no from cohort_period) as b on b.grain = c.grain and b.start = c.cohort
join shown_name n on n.o = c.o
join segment_value s on s.n = c.n
group by c.n, s.segment, s.value, c.grain, c.cohort, p.no - b.no, n.id
order by c.n, c.grain, c.cohort, age, n.id;

-- name: cohort_size
create or replace table cohort_size as
select c.grain, c.start as cohort, v.segment, v.value, count(*) as users, max(g.from_before) as from_before
from (
    select u, 0 as n, cohort_day, from_before from users where events > 0
    union all
    select s.u, r.n, s.cohort_day, s.from_before
    from users s join segment_value r on r.segment = 'rfm' and r.value = s.rfm
    where s.events > 0
    union all
    select s.u, g.cohort as n, s.cohort_day, s.from_before from users s join user_group g on g.u = s.u where s.events > 0
    union all
    select s.u, m.n, s.cohort_day, s.from_before
    from (
        select distinct p.u, x.n from person_context p join context_value x on x.x = p.x
    ) as m
    join users s on s.u = m.u
) as g
join cohort_period c on c.day = g.cohort_day
join segment_value v on v.n = g.n
group by v.segment, v.value, c.grain, c.start
order by v.segment, v.value, c.grain, c.start;

-- name: lifecycle_part
create or replace temp table spans as
-- Several visits on one day: the first knows the day before, the last the day after.
select r.o, v.day, lag(v.day) over (partition by r.o, v.u order by v.day) as previous,
    lead(v.day) over (partition by r.o, v.u order by v.day) as following
from visit_line v
join shown_line r on r.l = v.l
where v.u > (select above from people_range) and v.u <= (select upto from people_range)
    and v.day <= (select as_of from reach);
-- A day lies in several periods' windows of 28 days, and counts in those that open after the day before it. Summed by
-- line and both days first: how far back the earlier one lies beyond 28 days makes no difference to that.
create or replace temp table arrivals as
select o, day, case when previous > day - 28 then previous else day - 28 end as since,
    sum(case when previous is null then 1 else 0 end) as new,
    sum(case when day < previous + 90 then 1 else 0 end) as "returning",
    sum(case when day >= previous + 90 then 1 else 0 end) as resurrected
from spans
where previous is null or previous < day
group by o, day, case when previous > day - 28 then previous else day - 28 end;
create or replace temp table moves as
select o, day + 28 as day, count(*) as lapsing, 0 as dormant from spans
where following is null or following > day + 28
group by o, day + 28
union all
select o, case when following < day + 90 then following else day + 90 end as day, -count(*) as lapsing, 0 as dormant
from spans
where following is null or following > day + 28
group by o, case when following < day + 90 then following else day + 90 end
union all
select o, day + 90 as day, 0 as lapsing, count(*) as dormant from spans where following is null or following > day + 90
group by o, day + 90
union all
select o, following as day, 0 as lapsing, -count(*) as dormant from spans where following > day + 90
group by o, following;
insert into lifecycle_part
select w.grain, w.start, a.o, sum(a.new) as new, sum(a."returning") as "returning", sum(a.resurrected) as resurrected,
    0 as lapsing, 0 as dormant
from arrivals a
join lifecycle_window w on w.day = a.day
where a.since < w.opens
group by w.grain, w.start, a.o
union all
select p.grain, p.start, m.o, 0 as new, 0 as "returning", 0 as resurrected, sum(m.lapsing) as lapsing, sum(m.dormant) as dormant
from moves m
join lifecycle_period p on p.day = m.day
group by p.grain, p.start, m.o;

-- name: lifecycle
insert into lifecycle
with summed as (
    select grain, start, o, sum(new) as new, sum("returning") as "returning", sum(resurrected) as resurrected,
        sum(lapsing) as lapsing, sum(dormant) as dormant
    from lifecycle_part group by grain, start, o
), grid as (
    select e.grain, e.start, i.o
    from (select distinct grain, start from lifecycle_period) as e
    cross join (select distinct o from lifecycle_part) as i
)
select g.grain, g.start, {by} as "by", n.id, cast(coalesce(s.new, 0) as bigint) as new,
    cast(coalesce(s."returning", 0) as bigint) as "returning", cast(coalesce(s.resurrected, 0) as bigint) as resurrected,
    cast(sum(coalesce(s.lapsing, 0)) over (partition by g.grain, g.o order by g.start
        rows between unbounded preceding and current row) as bigint) as lapsing,
    cast(sum(coalesce(s.dormant, 0)) over (partition by g.grain, g.o order by g.start
        rows between unbounded preceding and current row) as bigint) as dormant
from grid g
join shown_name n on n.o = g.o
left join summed s on s.grain = g.grain and s.start = g.start and s.o = g.o
order by g.grain, n.id, g.start;

-- name: trend_new
insert into {table}
select {by} as "by", g.grain, t.start, i.id, s.segment, s.value, t.events, t.users, t.revenue
from trend_part t
join trend_grain g on g.g = t.g
join shown_name i on i.o = t.o
join segment_value s on s.n = t.n
where t.events <> 0 or t.users <> 0 or t.revenue <> 0
order by t.n, t.g, {order};

-- name: trend_merged
create or replace temp table trend_merged as
select grain, start, id, segment, value, cast(sum(events) as bigint) as events, cast(sum(users) as bigint) as users,
    cast(sum(revenue) as decimal(18, 4)) as revenue
from (
    select t.grain, t.start, t.id, t.segment, t.value, t.events, t.users, t.revenue
    from {table} t
    join touched_period p on p.grain = t.grain and p.start = t.start
    where t."by" = {by}
    union all
    select g.grain, t.start, i.id, s.segment, s.value, t.events, t.users, t.revenue
    from trend_part t
    join trend_grain g on g.g = t.g
    join shown_name i on i.o = t.o
    join segment_value s on s.n = t.n
) as parts
group by grain, start, id, segment, value;
delete from {table} where "by" = {by} and start >= {low} and exists (
    select 1 from touched_period p where p.grain = {table}.grain and p.start = {table}.start);
insert into {table}
select {by} as "by", grain, start, id, segment, value, events, users, revenue from trend_merged
where events <> 0 or users <> 0 or revenue <> 0
order by segment, value, grain, start, id;

-- name: items
create or replace table items as
with totals as (
    select id, cast(sum(events) as bigint) as events, cast(sum(revenue) as decimal(18, 4)) as revenue
    from item_trend where "by" = 'item' and grain = 'month' group by id
)
select d.item_id, d.item_code, d.name, d.category, d.category_interest, d.brand, t.theme, t.similarity,
    coalesce(n.events, 0) as events, coalesce(n.revenue, 0) as revenue, d.first_day, d.last_day
from item_dimension d
left join item_shown_theme t on t.item_id = d.item_id
left join totals n on n.id = d.item_id
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
    select "by", id, cast(sum(events) as bigint) as events, cast(sum(revenue) as decimal(18, 4)) as revenue
    from (
        select "by", id, events, revenue from interest_trend where segment = '' and grain = 'month' and "by" <> 'all'
        union all
        select "by", id, events, revenue from item_trend where "by" = 'brand' and grain = 'month'
    ) as monthly
    group by "by", id
)
select t."by", t.id, coalesce(n.name, t.id) as name, coalesce(c.items, 0) as items, t.events, t.revenue,
    row_number() over (partition by t."by" order by t.events desc, t.id) as rank
from totals t
left join counted c on c."by" = t."by" and c.id = t.id
left join theme_name n on t."by" = 'theme' and n.theme = t.id
order by t."by", rank;

-- name: segments
create or replace table segments as
select segment, value, cast(sum(events) as bigint) as events
from interest_trend
where "by" = 'all' and grain = 'month' and segment <> ''
group by segment, value
order by segment, value;
