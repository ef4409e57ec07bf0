select 1; select 'a; select 2;
select 3;
