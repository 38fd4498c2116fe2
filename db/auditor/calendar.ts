/** The federal holidays of 5 U.S.C. 6103 once more, as observed (a Saturday's on Friday, a Sunday's on Monday), and the days between them. */
export const businessDays = `
  years as (select generate_series(2024, 2060) as y),
  named (day) as (
    select make_date(y, m, d) from years, (values (1, 1), (6, 19), (7, 4), (11, 11), (12, 25)) as fixed (m, d)
    union all -- the nth weekday (Sunday is 0) of a month
    select first + (weekday - extract(dow from first)::int + 7) % 7 + 7 * (nth - 1)
      from years, (values (1, 1, 3), (2, 1, 3), (9, 1, 1), (10, 1, 2), (11, 4, 4)) as floating (m, weekday, nth), make_date(y, m, 1) as first
    union all -- the last Monday of May
    select last - (extract(dow from last)::int + 6) % 7 from years, make_date(y, 5, 31) as last),
  holidays as materialized (
    select case extract(dow from day) when 6 then day - 1 when 0 then day + 1 else day end as day from named),
  calendar as materialized ( -- count: of the business days up to and with this day
    select day, is_business, count(*) filter (where is_business) over (order by day) as count
    from (select d::date as day, extract(isodow from d) < 6 and d::date not in (select h.day from holidays h) as is_business
          from generate_series(timestamp '2024-01-01', '2060-12-31', '1 day') as d) as days)`;
