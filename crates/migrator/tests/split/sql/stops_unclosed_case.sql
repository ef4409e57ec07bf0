create or replace procedure p() begin atomic
select case when true then 1 end;
select begin; end;
select 2;
