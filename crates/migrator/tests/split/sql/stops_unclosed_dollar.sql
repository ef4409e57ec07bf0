select 1;
do $a$ begin; end; $b$ ; $A$;
