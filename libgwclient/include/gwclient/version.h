/* The one place that states the version. CMake, package.xml, the extension,
 * the daemon and the documentation take it from here or are checked against
 * it. */
#ifndef GWCLIENT_VERSION_H
#define GWCLIENT_VERSION_H

/* The first number of the version. */
#define GW_VERSION_MAJOR 0
/* The second. */
#define GW_VERSION_MINOR 1
/* The third. */
#define GW_VERSION_PATCH 0

/* The three, as text. */
#define GW_VERSION "0.1.0"

#endif /* GWCLIENT_VERSION_H */
