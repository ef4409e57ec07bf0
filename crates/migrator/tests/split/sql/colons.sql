-- Colons: casts, assignments, slices, and what looks like a variable of psql.
select a::int; select a::text::int; select e'\';'::text ; select ::e'\';' ; select a:: e'\';' ;
select a[1:2]; select a[:2]; select a[1:]; select a[:]; select a[b:c]; select a[b :c]; select a[b: c];
select :name ; select :'name' ; select :"name" ; select :'a;' ; select :"a;" ; select :'a''b;' ; select : ; select :; select ::; select :::a;
select :1 ; select :a1_b ; select :é ; select :a'b;' ; select :a"b;" ; select :'a'';' ; select :"a"";" ; select :'' ; select :"" ;
select f(a => 1, b := 2); select f(a:=1); select f(a:=e'\';'); do $$ begin x := 1; end $$;
select 'a:b;' , ":c;" , $$:d;$$ ; -- :e;
create function f(a int[]) returns int return a[1:begin]; select 1;
create function f() begin atomic select :end ; end; select 2;
select :e ';' ; select :e + e'\';' ; select :u&'a;' ; select :b'1;' ; select :a $$;$$ ; select a[1:x$y] ;
select time '12:30:45;' ; select a::timestamptz(3) ; select :a:b:c ; select a:b'\' ;
