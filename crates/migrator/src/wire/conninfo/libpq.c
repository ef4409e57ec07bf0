/* Prints what libpq reads in connection strings: first the names of its options, then an answer for each string of standard input.
 * Strings end with a zero byte, there and here; an answer ends with an empty one. It needs no header: these are libpq's declarations. */
#include <stdio.h>
#include <stdlib.h>

typedef struct { char *keyword, *envvar, *compiled, *val, *label, *dispchar; int dispsize; } PQconninfoOption;
extern PQconninfoOption *PQconndefaults(void);
extern PQconninfoOption *PQconninfoParse(const char *conninfo, char **errmsg);
extern void PQconninfoFree(PQconninfoOption *options);

static void string(const char *text) { fputs(text, stdout); putchar(0); }

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    for (PQconninfoOption *it = PQconndefaults(); it->keyword; it++) string(it->keyword);
    string("");
    while (getdelim(&line, &size, 0, stdin) > 0) {
        char *error = NULL;
        PQconninfoOption *options = PQconninfoParse(line, &error);
        string(options ? "read" : "refused");
        for (PQconninfoOption *it = options; it && it->keyword; it++)
            if (it->val) { string(it->keyword); putchar('='); string(it->val); }
        string("");
        PQconninfoFree(options);
    }
    return 0;
}
