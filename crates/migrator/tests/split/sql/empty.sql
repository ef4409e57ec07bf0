;
;;

 ; -- nothing
/* nothing */ ;

;select 1;;select 2

;
   	
;

/* at the end */ ;
 ; -- not even this
select

3
   

-- without a semicolon, and behind empty lines


