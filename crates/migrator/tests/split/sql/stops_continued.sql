select 1;
select e'a'
  'b\';' ;
select 2;
