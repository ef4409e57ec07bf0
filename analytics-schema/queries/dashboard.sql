-- The queries of the dashboard. psql runs each as it is, given its variables: `\set project_id '''…'''`.

-- name: revenue_by_hour
-- Revenue and events of a project per hour, with an hour for each gap.
SELECT time_bucket_gapfill('1 hour', bucket, :from, :to) AS hour,
       sum(revenue) AS revenue,
       sum(events)::bigint AS events
FROM event_counts_hourly
WHERE project_id = :project_id AND bucket >= :from AND bucket < :to
GROUP BY 1
ORDER BY 1;

-- name: visitors
-- How many users of a project there were, of one country or of all.
SELECT count(*) AS events,
       count(DISTINCT user_id) AS users,
       max(time) AS last_event_at
FROM events
WHERE project_id = :project_id AND time >= :from AND time < :to
  AND NOT is_bot
  AND country = :country -- if :country
  AND device = ANY(:devices) -- if :devices
;

-- name: latest_events
-- The latest events of a user, the last first.
SELECT e.*
FROM events AS e
WHERE e.project_id = :project_id AND e.user_id = :user_id AND e.time >= :since
ORDER BY e.time DESC
LIMIT :n;

-- name: funnel_named
-- A project's funnel of a name, with how many of its steps were taken.
SELECT f.id, f.status, f.description, (SELECT count(*) FROM funnel_events AS e WHERE e.funnel_id = f.id AND e.entered_at >= :since) AS steps
FROM funnels AS f
WHERE f.project_id = :project_id AND f.name = :name;

-- name: archive_funnel
-- Archives a funnel, and says what it was.
UPDATE funnels
SET status = 'archived', description = coalesce(:description?, description)
WHERE id = :id
RETURNING id, name, status;
