-- Numbers end where no name sticks to them.
select 1; select 1.; select .5; select 1.5; select 1e5; select 1.e5; select .5e-3; select 1.5E+10;
select 0x1f; select 0b01; select 0o17; select 1_000; select 1__0; select 1_;
select 1..2; select 1...2; select a[1..e';']; select 1.5.e';' ; select 1e5.e';' ;
select 1..e'\';' ; select 1.5.e'\';' ; select 1e5.e'\';' ; select .5.e'\';' ; select 1e+e'\';' ;
select 1e'\' ; select 1.e'\' ; select 1.5e'\' ; select 1x'\' ; select 12n'\' ; select 1u&'\' ;
select 1é'\' ; select 1a$b$ ; select 1e5$a$ ; select 1e+5a$a$ ; select 1e+5$a$ ; $a$ ; select 1.$a$ ; $a$ ;
select 1e; select 1e+; select 1e-; select 1.5e; select 1.5e+; select 1ee; select 0x; select 1.a.b;
select $1e'\' ; select $1; select $1.5; select 1;2;3; select 1-- ;
-1 ; select 1/* ; */; select 1'a;' ; select 1"a;" ; select 1(;) ; select a.1; select a.e';' ; select a.e'\';' ;
