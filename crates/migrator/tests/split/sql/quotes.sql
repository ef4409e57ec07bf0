select ';' as "a;b", 'it''s;', ''';', '';
select 'a' 'b;' -- not continued; one line
;
select 'a'
'b;' ;
select e'a\';' , E'\\' ; select E'\'' ';';
