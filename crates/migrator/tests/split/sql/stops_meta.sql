select 1; select 2 \echo hi
select 3;
