/* größe */ SELECT '🦀' FORM words;
