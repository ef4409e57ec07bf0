-- 002: funnels, and how far users get in them.
--
-- A funnel is an ordered list of event names. A user who sends the first one enters; each further one that comes in order and
-- within the funnel's window is a step reached. An attempt is the steps of one user that share the time of entry.


-- Types ------------------------------------------------------------------------------------------------------------------

DO $$
BEGIN
    CREATE TYPE funnel_status AS ENUM ('draft', 'active', 'paused', 'archived');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

COMMENT ON TYPE funnel_status IS 'Life of a funnel: steps are recorded while it is active; an archived one is kept for its history.';


-- Funnels ----------------------------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS funnels (
    id                bigint        GENERATED ALWAYS AS IDENTITY,
    project_id        uuid          NOT NULL,
    name              text          NOT NULL,
    description       text,
    owner             text          NOT NULL,
    status            funnel_status NOT NULL DEFAULT 'draft',
    steps             text[]        NOT NULL,
    step_count        integer       NOT NULL GENERATED ALWAYS AS (cardinality(steps)) STORED,
    conversion_window interval      NOT NULL DEFAULT INTERVAL '7 days',
    filter            jsonb,
    created_at        timestamptz   NOT NULL DEFAULT now(),
    updated_at        timestamptz   NOT NULL DEFAULT now(),

    CONSTRAINT funnels_pkey              PRIMARY KEY (id),
    CONSTRAINT funnels_project_name_key  UNIQUE (project_id, name),
    CONSTRAINT funnels_name_is_not_blank CHECK (name ~ '\S'),
    CONSTRAINT funnels_steps_are_named   CHECK (array_position(steps, NULL) IS NULL AND array_position(steps, '') IS NULL),
    CONSTRAINT funnels_steps_are_2_to_20 CHECK (array_ndims(steps) = 1 AND cardinality(steps) BETWEEN 2 AND 20),

    -- The refresh window of funnel_conversion_daily (see 003) reaches back over the longest window that is allowed here.
    CONSTRAINT funnels_conversion_window_is_at_most_30_days
        CHECK (conversion_window > INTERVAL '0' AND conversion_window <= INTERVAL '30 days')
);

COMMENT ON TABLE  funnels                   IS 'Definitions of funnels.';
COMMENT ON COLUMN funnels.id                IS 'Identity of the funnel.';
COMMENT ON COLUMN funnels.project_id        IS 'Project (tenant) whose events are followed.';
COMMENT ON COLUMN funnels.name              IS 'Name that people see, unique within the project.';
COMMENT ON COLUMN funnels.description       IS 'What the funnel is meant to show. Null when nobody wrote it down.';
COMMENT ON COLUMN funnels.owner             IS 'Who answers for the definition.';
COMMENT ON COLUMN funnels.status            IS 'Where the funnel is in its life.';
COMMENT ON COLUMN funnels.steps             IS 'Names of the events, in the order in which they have to happen; 2 to 20.';
COMMENT ON COLUMN funnels.step_count        IS 'Number of steps.';
COMMENT ON COLUMN funnels.conversion_window IS 'How long after entering a step still counts; 30 days at most.';
COMMENT ON COLUMN funnels.filter            IS 'Properties that every event has to contain. Null when all events count.';
COMMENT ON COLUMN funnels.created_at        IS 'When the funnel was defined.';
COMMENT ON COLUMN funnels.updated_at        IS 'When the definition last changed; kept by a trigger.';

CREATE INDEX IF NOT EXISTS funnels_active_idx ON funnels (project_id) WHERE status = 'active';

COMMENT ON INDEX funnels_active_idx IS 'The funnels that an incoming event of a project may advance.';

CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

COMMENT ON FUNCTION set_updated_at() IS 'Trigger: notes in updated_at when a row was last changed.';

CREATE OR REPLACE TRIGGER funnels_set_updated_at
    BEFORE UPDATE ON funnels
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();


-- Steps that users reached -----------------------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS funnel_events (
    entered_at   timestamptz NOT NULL,
    funnel_id    bigint      NOT NULL,
    user_id      text        NOT NULL,
    step         smallint    NOT NULL,
    reached_at   timestamptz NOT NULL,
    elapsed      interval    NOT NULL GENERATED ALWAYS AS (reached_at - entered_at) STORED,
    is_final     boolean     NOT NULL DEFAULT false,
    event_id     uuid        NOT NULL,

    CONSTRAINT funnel_events_pkey                     PRIMARY KEY (funnel_id, user_id, entered_at, step),
    CONSTRAINT funnel_events_funnel_id_fkey           FOREIGN KEY (funnel_id) REFERENCES funnels (id),
    CONSTRAINT funnel_events_step_is_1_to_20          CHECK (step BETWEEN 1 AND 20),
    CONSTRAINT funnel_events_reached_after_entering   CHECK (reached_at >= entered_at),
    CONSTRAINT funnel_events_first_step_enters        CHECK (step > 1 OR reached_at = entered_at)
);

COMMENT ON TABLE  funnel_events            IS 'Which user reached which step of which funnel, partitioned by the time of entry.';
COMMENT ON COLUMN funnel_events.entered_at IS 'When the user entered the funnel; the same for all steps of one attempt.';
COMMENT ON COLUMN funnel_events.funnel_id  IS 'The funnel. Funnels are archived, not deleted, while anyone has entered them.';
COMMENT ON COLUMN funnel_events.user_id    IS 'The project''s own id of the user.';
COMMENT ON COLUMN funnel_events.step       IS 'Which step, from 1.';
COMMENT ON COLUMN funnel_events.reached_at IS 'When the step was reached: the time of its event.';
COMMENT ON COLUMN funnel_events.elapsed    IS 'Time from entering to this step.';
COMMENT ON COLUMN funnel_events.is_final   IS 'Whether this is the funnel''s last step: the user converted.';
COMMENT ON COLUMN funnel_events.event_id   IS 'The event, as (reached_at, event_id) in events; no key, because hypertables cannot refer to each other.';

SELECT create_hypertable(
    'funnel_events',
    by_range('entered_at', INTERVAL '7 days'),
    if_not_exists => true
);

ALTER TABLE funnel_events SET (
    timescaledb.enable_columnstore = true,
    timescaledb.segmentby          = 'funnel_id',
    timescaledb.orderby            = 'entered_at DESC, user_id, step'
);

-- An attempt may still gain steps for 30 days, and 003 refreshes 35 days back: both stay in front of the columnstore.
CALL add_columnstore_policy('funnel_events', after => INTERVAL '40 days', if_not_exists => true);

SELECT add_retention_policy('funnel_events', drop_after => INTERVAL '400 days', if_not_exists => true);
