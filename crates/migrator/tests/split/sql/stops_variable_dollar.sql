select a[1:b] ; select a[1:b$c$] ; $c$ ;
