-- Constants and quoted names of every kind, with semicolons inside.
select ';' as "a;b", 'it''s;', ''';', '';
select 'a' 'b;' -- not continued: one line
;
select 'a'
'b;' ;
select 'a' -- a comment between the parts; and another
-- ;
'b;' ;
select 'ends in a backslash\' , ';' ;
select e'a\';' , E'\\' ; select E'\'' ';';
select e'three\\\';' ; select e'\x41\u0041\101\U00000041;' ;
select e'a'
'b;' ;
select e'a\n'
  -- ; in a comment
  'b\n;'
  'c;' ;
select e'doubled '' and \' ;' ;
select b'01;' , B'1' , x'f;' , X'F' , n'a;' , N'b;' , b'1'';' ;
select b'0'
'1;' , x'f'
';' ;
select U&'\0061;' , u&'\' , u&'!0061;' uescape '!' ;
select U&"a;" , u&"d\0061t;" uescape '!' , u&"a"";" , "a"";" ;
select u& 'a;' , u &'b;' , u&1 ;
select fee'\' , _e'\' , é'\' , e1'\' ;
select 'é;', "ü;", 'a
;
b', "a
;
b" ;
select e'a\
;' ;
select E'\\
' ;
select 'a''
''b;' ;
select ''''';' ''';' ;
select e ';' , e
';' , u
&';' ;
select 'last'
