select a[1:error] ; select a[1:ERROR] ;
