/* What gwctl's exit status tells. After a signal that ends it at once the
 * shell shows 128 + its number, as of any program. */
#ifndef GWCTL_EXIT_H
#define GWCTL_EXIT_H

typedef enum gwctl_exit {
    GWCTL_OK = 0,          /* done; what was sent, the gateways have handled */
    GWCTL_PARTIAL = 1,     /* some gateways failed, or did not confirm */
    GWCTL_USAGE = 2,       /* wrong arguments, options or configuration */
    GWCTL_UNREACHABLE = 3, /* no Register, no gateway, or the key is refused */
    GWCTL_NO = 4,    /* the answer is no: who was asked for is not there */
    GWCTL_SYSTEM = 5 /* no memory, or the output cannot be written */
} gwctl_exit;

#endif
