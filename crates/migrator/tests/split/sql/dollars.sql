-- Dollar quotes, and dollar signs that quote nothing.
select $$;$$ , $a$;$a$ , $_$;$_$ , $a1$;$a1$ ;
do $$ begin perform 1; end; $$ ;
do $outer$ begin execute $inner$ select 1; $inner$; end $outer$ ;
select $a$ $b$ ; $$ ; $a $ ; $ a$ ; $A$ ; $aa$ ; $a$ ;
select $a$ $b$a$ ;
select $$ $a$$ ; select $$a$$ ;
select $a$$a$ , $$$$ , $a$$$;$$$a$ ;
select $é$ ; $e$ ; $é$ , $日本$ ; $日$ ; $日本$ ;
select a$b$c , a$$ , $1 , $12 , $1a$b$ , d$b$ ;
select 1$a$ ; $a$ , $1$a$ ; $a$ ;
select 1a$a$ ; select 2$a$ ; $a$ ;
select $1$ ; select $ 1 ; select $a ; select $a b$ ;
select $-$ ; select $1$1$ ; select 5$ ;
select _$a$ , a_1$b ;
select ($$)$$) ; select '$$' ; select $$'$$ , $$"$$ , $$--$$ , $$/*$$ ;
select $e'\';' ;
select $a$

empty lines stay;

$a$ ;
