-- Operators of every letter, some of them like comments.
select 1 + 2 - 3 * 4 / 5 % 6 ^ 7; select a <> b, a != b, a <= b, a >= b, a => b, a =- b, a @- b, a <-> b, a <#> b, a |/ b, a ||/ b;
select a ~ ';' , a !~* ';' , a #>> ';' , a ?| ';' , a ?& ';' , a @> ';' , a && b, a || ';' , a ` b ;
select a*/b; select a */ b; select */ ; select a-b; select a - -b; select a-(-b); select a/b; select a/ *b;
select {;} ; select [;] ; select ~;! ; select a{b}c ; select ?; select ??; select ^; select &; select |; select #; select %;
create operator <-- ;
(procedure = f) ; create operator =/* ; */ (procedure = f) ;
select a -> 'b;' ->> 'c;' #- '{d;}' ; select a @@ b ; select a@? b ; select @ -1 ; select ! 1 ;
select interval '1 day;' - interval '1;' ; select a is not null ; select *;
