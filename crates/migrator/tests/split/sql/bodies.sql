-- Semicolons that parentheses and bodies keep.
create rule r as on insert to t do also (insert into a values (1); insert into b values (2););
create rule r as on update to t do instead (select 1; select (2); select ((3)) ; ) ; select 1 ;
create function f() returns int language sql begin atomic select 1; select 2; end;
create function f() returns int begin atomic select case when true then 1 else 2 end; select case 1 when 1 then 2 end; end; select 3;
create or replace procedure p() language sql
begin atomic
  insert into a values (1);

  insert into b values (2);
end;
CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 4;
create function f() returns int begin atomic select (select case when (a) then b end); end; select 5;
create function f(a int default (case when true then 1 end)) returns int return a; select 6;
create function f() returns int return case when true then 1 end; select 7;
create function "begin"() returns int return 1; select 8;
create function f() returns text return 'begin'; select 9;
create /* function */ function /* begin */ f() returns int return 1; select 10;
create procedure p() begin atomic end; select 11;
create procedure p() begin atomic; end; select 12;
create function end() returns int return 1; select 13;
create or replace view v as select 1; begin; select 14; end; select 15;
create table or_replace_function (begin int); select 16;
create or create function f() ; begin ; end ; select 17;
create or replace begin function f() ; end ; select 18;
function create f() ; begin ; end ;
create view function begin ; end ;
CREATE TEMP FUNCTION f() BEGIN ATOMIC ; END ;
create "function" f() ; begin ; end ;
begin; case; end; select case when 1 then 2 end;
create function f() returns int as $$ begin return 1; end; $$ language plpgsql; select 19;
select a)); select (b)); select c); ); select 20 ;
create function f() as ')' ; select (';') , ( ";" ) , ($$;$$) , (/* ; */ 1) , ( -- ;
2 ) ;
select ((((((((((1)))))))))) ; select (1;2;(3;4);5) ;
create procedure p() begin atomic select begin ; end ; end ; select 21 ;
create or replace function f() returns int begin atomic select case case 1 when 1 then 2 end when 2 then 3 end; end; select 22 ;
create u& function f() begin ; end ;
create :v function f() returns int begin atomic ; end ; select 23 ;
