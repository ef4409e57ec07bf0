-- 001: the events that everything else is computed from.
--
-- One row is one thing that a user did in one project. Rows arrive in bulk and out of order, are read by project and time,
-- are compressed after a week and dropped after half a year; what is to be kept longer lives in continuous aggregates.

CREATE EXTENSION IF NOT EXISTS timescaledb;


-- Types ------------------------------------------------------------------------------------------------------------------

-- CREATE DOMAIN and CREATE TYPE know no IF NOT EXISTS: the handler is what makes a second run harmless.
DO $$
BEGIN
    CREATE DOMAIN event_name AS text
        CONSTRAINT event_name_is_snake_case CHECK (VALUE ~ '^[a-z][a-z0-9_]{0,62}$');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

DO $$
BEGIN
    CREATE DOMAIN country_code AS text
        CONSTRAINT country_code_is_two_letters CHECK (VALUE ~ '^[A-Z]{2}$');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

DO $$
BEGIN
    CREATE TYPE device_type AS ENUM ('desktop', 'mobile', 'tablet', 'server', 'other');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

COMMENT ON DOMAIN event_name   IS 'Name of an event in snake_case, 63 characters at most: page_view, checkout_completed.';
COMMENT ON DOMAIN country_code IS 'ISO 3166-1 alpha-2 code of a country, in capitals.';
COMMENT ON TYPE   device_type  IS 'Kind of device that sent an event.';


-- Table ------------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS events (
    time             timestamptz    NOT NULL,
    event_id         uuid           NOT NULL DEFAULT gen_random_uuid(),
    project_id       uuid           NOT NULL,
    name             event_name     NOT NULL,
    user_id          text,
    session_id       uuid,
    session_sequence integer,
    device           device_type    NOT NULL DEFAULT 'other',
    country          country_code,
    ip               inet,
    url              text,
    path             text           GENERATED ALWAYS AS (substring(url FROM '^[a-z]+://[^/?#]+([^?#]*)')) STORED,
    referrer         text,
    viewport_width   smallint,
    load_time_ms     double precision,
    revenue          numeric(12, 2),
    is_bot           boolean        NOT NULL DEFAULT false,
    tags             text[]         NOT NULL DEFAULT '{}',
    properties       jsonb          NOT NULL DEFAULT '{}',
    received_at      timestamptz    NOT NULL DEFAULT now(),

    -- Unique keys of a hypertable hold its time column. With the time in front, the key's index also serves every read by time.
    CONSTRAINT events_pkey                         PRIMARY KEY (time, event_id),
    CONSTRAINT events_session_sequence_is_positive CHECK (session_sequence > 0),
    CONSTRAINT events_viewport_width_is_positive   CHECK (viewport_width > 0),
    CONSTRAINT events_load_time_ms_is_not_negative CHECK (load_time_ms >= 0),
    CONSTRAINT events_properties_is_object         CHECK (jsonb_typeof(properties) = 'object')
);

COMMENT ON TABLE  events                  IS 'What users did: one row per event, partitioned by the time at which it happened.';
COMMENT ON COLUMN events.time             IS 'When the event happened, by the clock of the sender.';
COMMENT ON COLUMN events.event_id         IS 'Identity of the event, chosen by the sender so that sending again stores nothing twice.';
COMMENT ON COLUMN events.project_id       IS 'Project (tenant) that the event belongs to.';
COMMENT ON COLUMN events.name             IS 'What happened.';
COMMENT ON COLUMN events.user_id          IS 'The project''s own id of the user. Null before the user is known.';
COMMENT ON COLUMN events.session_id       IS 'Session of the user. Null for events that servers send.';
COMMENT ON COLUMN events.session_sequence IS 'Position of the event in its session, from 1. Null outside a session.';
COMMENT ON COLUMN events.device           IS 'Kind of device that sent the event.';
COMMENT ON COLUMN events.country          IS 'Country of the sender. Null when it could not be found out.';
COMMENT ON COLUMN events.ip               IS 'Address of the sender, cut to its network where privacy asks for it. Null when it is not kept.';
COMMENT ON COLUMN events.url              IS 'Page on which the event happened. Null outside the web.';
COMMENT ON COLUMN events.path             IS 'Path of the page, without host, query and fragment. Null when there is no url or it is not absolute.';
COMMENT ON COLUMN events.referrer         IS 'Page that led to this one. Null when the browser did not tell.';
COMMENT ON COLUMN events.viewport_width   IS 'Width of the window in CSS pixels. Null outside a browser.';
COMMENT ON COLUMN events.load_time_ms     IS 'Time until the page was usable, in milliseconds. Null when it was not measured.';
COMMENT ON COLUMN events.revenue          IS 'Revenue of the event in US dollars, negative for a refund. Null when the event is not about money.';
COMMENT ON COLUMN events.is_bot           IS 'Whether the sender was recognised as a robot.';
COMMENT ON COLUMN events.tags             IS 'Free labels, in the order in which the sender gave them.';
COMMENT ON COLUMN events.properties       IS 'Everything else the sender told, as a JSON object.';
COMMENT ON COLUMN events.received_at      IS 'When the service received the event, by the clock of the database.';


-- Hypertable and indexes -------------------------------------------------------------------------------------------------

-- A day of events is a chunk. The primary key already leads with the time, so no further index on it is created.
SELECT create_hypertable(
    'events',
    by_range('time', INTERVAL '1 day'),
    create_default_indexes => false,
    if_not_exists          => true
);

CREATE INDEX IF NOT EXISTS events_project_name_time_idx ON events (project_id, name, time DESC);
CREATE INDEX IF NOT EXISTS events_project_user_time_idx ON events (project_id, user_id, time DESC) WHERE user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_session_time_idx      ON events (session_id, time) WHERE session_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_properties_idx        ON events USING gin (properties jsonb_path_ops);

COMMENT ON INDEX events_project_name_time_idx IS 'The newest events of a project, all or those of one name.';
COMMENT ON INDEX events_project_user_time_idx IS 'What one known user did, newest first.';
COMMENT ON INDEX events_session_time_idx      IS 'The course of one session.';
COMMENT ON INDEX events_properties_idx        IS 'Containment: properties @> ''{"plan": "pro"}''.';


-- Columnstore and retention ----------------------------------------------------------------------------------------------

-- Reads are by project, and the rest of the primary key has to be part of the order.
ALTER TABLE events SET (
    timescaledb.enable_columnstore = true,
    timescaledb.segmentby          = 'project_id',
    timescaledb.orderby            = 'time DESC, event_id'
);

-- After the longest refresh window of an aggregate over events (3 days, see 003), so that a refresh reads rows, not columns.
CALL add_columnstore_policy('events', after => INTERVAL '7 days', if_not_exists => true);

-- Far beyond every refresh window: an aggregate that is refreshed over a dropped chunk forgets it.
SELECT add_retention_policy('events', drop_after => INTERVAL '180 days', if_not_exists => true);
