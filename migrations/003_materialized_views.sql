-- 003: continuous aggregates, for dashboards and for history beyond the retention of raw rows.
--
-- Buckets are UTC. Every refresh window is at least two buckets wide and ends long before the retention of its source begins
-- (events 180 days, funnel_events 400 days, event_counts_hourly 2 years): a refresh over dropped chunks would delete history.


-- Events by hour ---------------------------------------------------------------------------------------------------------

-- Real-time (materialized_only = false): the running hour is on the dashboard before it is materialized.
CREATE MATERIALIZED VIEW IF NOT EXISTS event_counts_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT
    time_bucket(INTERVAL '1 hour', time) AS bucket,
    project_id,
    name,
    count(*)                             AS events,
    count(revenue)                       AS paid_events,
    sum(revenue)                         AS revenue,
    max(time)                            AS last_event_at
FROM events
GROUP BY 1, 2, 3
WITH NO DATA;

COMMENT ON VIEW   event_counts_hourly               IS 'Hourly count and revenue per project and event name.';
COMMENT ON COLUMN event_counts_hourly.bucket        IS 'Start of the hour.';
COMMENT ON COLUMN event_counts_hourly.project_id    IS 'Project (tenant) of the events.';
COMMENT ON COLUMN event_counts_hourly.name          IS 'Name of the events.';
COMMENT ON COLUMN event_counts_hourly.events        IS 'Number of events.';
COMMENT ON COLUMN event_counts_hourly.paid_events   IS 'Number of events that carry revenue.';
COMMENT ON COLUMN event_counts_hourly.revenue       IS 'Sum of revenue in US dollars. Null when no event of the hour carries revenue.';
COMMENT ON COLUMN event_counts_hourly.last_event_at IS 'Time of the newest event.';

SELECT add_continuous_aggregate_policy(
    'event_counts_hourly',
    start_offset      => INTERVAL '3 days',
    end_offset        => INTERVAL '1 hour',
    schedule_interval => INTERVAL '30 minutes',
    if_not_exists     => true
);

ALTER MATERIALIZED VIEW event_counts_hourly SET (
    timescaledb.enable_columnstore = true,
    timescaledb.segmentby          = 'project_id',
    timescaledb.orderby            = 'bucket DESC, name'
);

CALL add_columnstore_policy('event_counts_hourly', after => INTERVAL '30 days', if_not_exists => true);

SELECT add_retention_policy('event_counts_hourly', drop_after => INTERVAL '2 years', if_not_exists => true);


-- Events by day, from the hours ------------------------------------------------------------------------------------------

-- With data, the default: what is already stored is on the dashboard as soon as the migration is done. TimescaleDB refuses
-- such a statement in a transaction block.
CREATE MATERIALIZED VIEW IF NOT EXISTS event_counts_daily
WITH (timescaledb.continuous) AS
SELECT
    time_bucket(INTERVAL '1 day', bucket) AS bucket,
    project_id,
    name,
    sum(events)::bigint                   AS events,
    sum(paid_events)::bigint              AS paid_events,
    sum(revenue)                          AS revenue,
    max(last_event_at)                    AS last_event_at
FROM event_counts_hourly
GROUP BY 1, 2, 3;

COMMENT ON VIEW   event_counts_daily               IS 'Daily count and revenue per project and event name; kept for ever.';
COMMENT ON COLUMN event_counts_daily.bucket        IS 'Start of the day, in UTC.';
COMMENT ON COLUMN event_counts_daily.project_id    IS 'Project (tenant) of the events.';
COMMENT ON COLUMN event_counts_daily.name          IS 'Name of the events.';
COMMENT ON COLUMN event_counts_daily.events        IS 'Number of events.';
COMMENT ON COLUMN event_counts_daily.paid_events   IS 'Number of events that carry revenue.';
COMMENT ON COLUMN event_counts_daily.revenue       IS 'Sum of revenue in US dollars. Null when no event of the day carries revenue.';
COMMENT ON COLUMN event_counts_daily.last_event_at IS 'Time of the newest event.';

SELECT add_continuous_aggregate_policy(
    'event_counts_daily',
    start_offset      => INTERVAL '7 days',
    end_offset        => INTERVAL '1 day',
    schedule_interval => INTERVAL '1 hour',
    if_not_exists     => true
);


-- Revenue by day and country ---------------------------------------------------------------------------------------------

CREATE MATERIALIZED VIEW IF NOT EXISTS revenue_daily
WITH (timescaledb.continuous) AS
SELECT
    time_bucket(INTERVAL '1 day', time) AS bucket,
    project_id,
    country,
    count(*)                            AS paid_events,
    sum(revenue)                        AS revenue,
    avg(revenue)                        AS average_revenue,
    last(revenue, time)                 AS last_revenue
FROM events
WHERE revenue IS NOT NULL
  AND NOT is_bot
GROUP BY 1, 2, 3
WITH NO DATA;

COMMENT ON VIEW   revenue_daily                 IS 'Daily revenue per project and country, without what robots did.';
COMMENT ON COLUMN revenue_daily.bucket          IS 'Start of the day, in UTC.';
COMMENT ON COLUMN revenue_daily.project_id      IS 'Project (tenant) of the events.';
COMMENT ON COLUMN revenue_daily.country         IS 'Country of the senders. Null for all whose country is not known.';
COMMENT ON COLUMN revenue_daily.paid_events     IS 'Number of events that carry revenue.';
COMMENT ON COLUMN revenue_daily.revenue         IS 'Sum of revenue in US dollars, refunds subtracted.';
COMMENT ON COLUMN revenue_daily.average_revenue IS 'Mean revenue of an event in US dollars.';
COMMENT ON COLUMN revenue_daily.last_revenue    IS 'Revenue of the newest event in US dollars.';

SELECT add_continuous_aggregate_policy(
    'revenue_daily',
    start_offset      => INTERVAL '3 days',
    end_offset        => INTERVAL '1 hour',
    schedule_interval => INTERVAL '1 hour',
    if_not_exists     => true
);


-- Funnel conversion by day -----------------------------------------------------------------------------------------------

-- By the day of entry, so that an attempt counts once, with whatever became of it.
CREATE MATERIALIZED VIEW IF NOT EXISTS funnel_conversion_daily
WITH (timescaledb.continuous) AS
SELECT
    time_bucket(INTERVAL '1 day', entered_at)                  AS bucket,
    funnel_id,
    count(*) FILTER (WHERE step = 1)                           AS entered,
    count(*) FILTER (WHERE is_final)                           AS converted,
    count(*) FILTER (WHERE is_final)::double precision
        / NULLIF(count(*) FILTER (WHERE step = 1), 0)          AS conversion,
    max(step)                                                  AS furthest_step,
    avg(elapsed) FILTER (WHERE is_final)                       AS average_time_to_convert
FROM funnel_events
GROUP BY 1, 2
WITH NO DATA;

COMMENT ON VIEW   funnel_conversion_daily                         IS 'Funnel conversion by the day on which users entered.';
COMMENT ON COLUMN funnel_conversion_daily.bucket                  IS 'Start of the day of entry, in UTC.';
COMMENT ON COLUMN funnel_conversion_daily.funnel_id               IS 'The funnel.';
COMMENT ON COLUMN funnel_conversion_daily.entered                 IS 'Number of attempts: how often the funnel was entered.';
COMMENT ON COLUMN funnel_conversion_daily.converted               IS 'Number of those attempts that reached the last step, so far.';
COMMENT ON COLUMN funnel_conversion_daily.conversion              IS 'Share of attempts that converted, 0 to 1. Null when no entry is recorded.';
COMMENT ON COLUMN funnel_conversion_daily.furthest_step           IS 'The furthest step that any of them reached.';
COMMENT ON COLUMN funnel_conversion_daily.average_time_to_convert IS 'Mean time from entering to the last step. Null when nobody converted.';

-- 30 days is the longest conversion window: until then an attempt may change the day of its entry.
SELECT add_continuous_aggregate_policy(
    'funnel_conversion_daily',
    start_offset      => INTERVAL '35 days',
    end_offset        => INTERVAL '1 hour',
    schedule_interval => INTERVAL '1 hour',
    if_not_exists     => true
);
