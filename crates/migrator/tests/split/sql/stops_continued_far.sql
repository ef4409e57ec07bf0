select 1; select e'a'
'b' -- fine so far
'\';' ;
