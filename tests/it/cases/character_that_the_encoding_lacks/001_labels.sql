-- Labels of two languages.
CREATE TABLE labels (
    language text NOT NULL,
    label text NOT NULL DEFAULT 'é'
);
INSERT INTO labels VALUES ('fr', 'café'), ('ja', '日本');
