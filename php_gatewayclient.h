/* Where a build of PHP with the extension linked in looks for its module. The
 * extension's own files include ext/gatewayclient.h. */
#ifndef PHP_GATEWAYCLIENT_H
#define PHP_GATEWAYCLIENT_H

extern zend_module_entry gatewayclient_module_entry;
#define phpext_gatewayclient_ptr &gatewayclient_module_entry

#endif /* PHP_GATEWAYCLIENT_H */
