/* Messages and sessions do not show in stack traces: their parameters have
 * PHP's attribute #[\SensitiveParameter], from PHP 8.2 on. */
#ifndef PHP_GWC_SENSITIVE_H
#define PHP_GWC_SENSITIVE_H

/* Once the classes are registered. */
void php_gwc_sensitive_startup(void);

#endif /* PHP_GWC_SENSITIVE_H */
