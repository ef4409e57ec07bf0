-- Nothing; but a comment
/* before; a statement */ select 1 /* ; */ ; /* between; */ -- two;
select 2 -- behind; it
; -- and;
/* nested /* deep; /* deeper; */ ; */ ; */ select 3 ;
/* a */ /* b */

-- c

/* d

   e */

select 4

-- inside

, /* an

empty line stays */ 5

;
select 1 /**/ ; /***/ select 2 ; /****/ ; /*/ ; */ ;
select 1 /*/*/*/ ; */*/ ; */ ;
select '/*' ; select '*/' ; select "--" ; select 1 --'
; select 2 /* ' */ ; select 3 /* " */ ; select 4 -- /*
; select 5 /* -- */ ; select 6 -- */
; select 7 /* $$ */ ; $$ */ ; $$ ;
select 1 +-- ;
2 ; select 2 */* ; */ 3 ; select 4 -/* ; */- 5 ; select 1 --- ;
; select 1 <-- ;
2 ; select @-- ;
- 1 ; select 1 @/* ; */ 2 ; select - - 1 ; select 1 //* ; */ 2 ; select /-- ;
2 ; select * / * ;
select 8 - -- ;
- 1 ;
/* the end; */
-- the very end;
