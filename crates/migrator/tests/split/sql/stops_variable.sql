select a[1:e'b'] ; select a[1:e'\';'] ;
