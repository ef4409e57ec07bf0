-- Names that are not what they seem.
select é, ünïcode;select 日本語;select _a, a_, a1, a$, A$B;select "é;""ü" ;select émoji😀;
SELECT Select;seLECT e, E, b, B, x, X, n, N, u, U, uescape;select e;select E;select u&;select U&;
select b1';' ; select eb';' ; select xn'\' ; select en'\' ; select u&n'\' ; select be'\' ; select a.b'1;' ;
create materialized view v as select 1 with no data;alter table t add column c int default 1;
insert into t values (1, 'a;'), (2, 'b;') on conflict do nothing;with a as (select 1;) select 2;
values (1);table t;explain select 1;analyze;vacuum full;call p();do 'begin; end';
grant select on t to r;comment on table t is 'a;b';copy t to '/tmp/t;';copy t from '/tmp/t;' ;
listen a;notify a, ';';lock t;set a = ';';set a to ';', ';';reset a;show a;discard all;
prepare p as select $1;execute p(';');deallocate p;declare c cursor for select 1;fetch c;close c
