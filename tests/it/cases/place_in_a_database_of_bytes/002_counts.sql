SELECT count(*) AS "größe"
FROM words
WHERE word <> '🦀🦀 größer' AND lenght(word) > 1;
