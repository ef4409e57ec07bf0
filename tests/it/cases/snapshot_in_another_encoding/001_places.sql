CREATE TYPE kind AS ENUM ('café', 'musée');
CREATE TABLE places (
    place_id bigint PRIMARY KEY,
    kind kind NOT NULL DEFAULT 'café',
    named text CHECK (named <> 'à définir')
);
COMMENT ON TABLE places IS 'Où aller';
