dnl The PHP extension: ext/ with the bundled client library, or with a system
dnl copy of it (--with-gwclient=DIR).
dnl
dnl The lists of sources are complete by a test:
dnl php-tests/001-build-lists.phpt compares them with the files.

PHP_ARG_ENABLE([gatewayclient],
  [whether to enable the native GatewayClient],
  [AS_HELP_STRING([--enable-gatewayclient],
    [Enable GatewayClient\Gateway natively])],
  [yes])

PHP_ARG_WITH([gwclient],
  [for a system copy of libgwclient],
  [AS_HELP_STRING([--with-gwclient=DIR],
    [gatewayclient: use the libgwclient installed in DIR, not the bundled one])],
  [no],
  [no])

if test "$PHP_GATEWAYCLIENT" != "no"; then
  gwc_glue=" \
    ext/client.c \
    ext/compat.c \
    ext/context.c \
    ext/convert.c \
    ext/error.c \
    ext/gateway_client.c \
    ext/gateway_list.c \
    ext/gateway_protected.c \
    ext/gateway_protected_query.c \
    ext/gateway_query.c \
    ext/gateway_send.c \
    ext/gateway_session.c \
    ext/gatewayclient.c \
    ext/ini.c \
    ext/plain.c \
    ext/properties.c \
    ext/protocol.c \
    ext/replace.c \
    ext/scanner.c \
    ext/sensitive.c \
    ext/serial.c \
    ext/worker.c"

  gwc_bundled=" \
    libgwclient/src/call.c \
    libgwclient/src/client.c \
    libgwclient/src/commands.c \
    libgwclient/src/dial.c \
    libgwclient/src/fixed.c \
    libgwclient/src/flush.c \
    libgwclient/src/known.c \
    libgwclient/src/listed.c \
    libgwclient/src/lookup.c \
    libgwclient/src/net.c \
    libgwclient/src/pool.c \
    libgwclient/src/queries.c \
    libgwclient/src/registry.c \
    libgwclient/src/reply.c \
    libgwclient/src/report.c \
    libgwclient/src/request.c \
    libgwclient/src/session_json.c \
    libgwclient/src/settings.c \
    libgwclient/src/target.c \
    libgwclient/src/targets.c \
    libgwclient/wire/address.c \
    libgwclient/wire/alloc.c \
    libgwclient/wire/arena.c \
    libgwclient/wire/buf.c \
    libgwclient/wire/client_id.c \
    libgwclient/wire/decimal.c \
    libgwclient/wire/double_text.c \
    libgwclient/wire/error.c \
    libgwclient/wire/frame.c \
    libgwclient/wire/json_read.c \
    libgwclient/wire/json_to_ser.c \
    libgwclient/wire/json_write.c \
    libgwclient/wire/key.c \
    libgwclient/wire/key_sort.c \
    libgwclient/wire/register_line.c \
    libgwclient/wire/secret.c \
    libgwclient/wire/ser_read.c \
    libgwclient/wire/ser_to_json.c \
    libgwclient/wire/ser_write.c \
    libgwclient/wire/session.c \
    libgwclient/wire/siphash.c \
    libgwclient/wire/utf8.c \
    libgwclient/wire/value.c"

  dnl Paths of our own only: in a static build PHP_ADD_INCLUDE() would give
  dnl names like error.h to all of PHP.
  gwc_cflags="-fvisibility=hidden -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1"

  if test "$PHP_GWCLIENT" = "no"; then
    AC_MSG_NOTICE([gatewayclient: using the bundled libgwclient])
    gwc_sources="$gwc_glue $gwc_bundled"
    for gwc_dir in include src wire; do
      gwc_cflags="$gwc_cflags -I@ext_srcdir@/libgwclient/$gwc_dir"
    done
  else
    gwc_sources="$gwc_glue"
    for gwc_dir in "$PHP_GWCLIENT" /usr/local /usr; do
      if test -r "$gwc_dir/include/gwclient/gwclient.h"; then
        break
      fi
    done
    if ! test -r "$gwc_dir/include/gwclient/gwclient.h"; then
      AC_MSG_ERROR([gwclient/gwclient.h not found; give --with-gwclient=DIR])
    fi
    AC_MSG_NOTICE([gatewayclient: using libgwclient in $gwc_dir])
    PHP_CHECK_LIBRARY([gwclient], [gw_client_new],
      [],
      [AC_MSG_ERROR([libgwclient not found in $gwc_dir/$PHP_LIBDIR])],
      [-L$gwc_dir/$PHP_LIBDIR])
    PHP_ADD_INCLUDE([$gwc_dir/include])
    PHP_ADD_LIBRARY_WITH_PATH([gwclient], [$gwc_dir/$PHP_LIBDIR],
      [GATEWAYCLIENT_SHARED_LIBADD])
  fi
  PHP_SUBST([GATEWAYCLIENT_SHARED_LIBADD])

  PHP_NEW_EXTENSION([gatewayclient], [$gwc_sources], [$ext_shared],,
    [$gwc_cflags])

  PHP_ADD_BUILD_DIR([$ext_builddir/ext])
  if test "$PHP_GWCLIENT" = "no"; then
    PHP_ADD_BUILD_DIR([$ext_builddir/libgwclient/src])
    PHP_ADD_BUILD_DIR([$ext_builddir/libgwclient/wire])
  fi

  dnl `make test` after phpize.
  if test "$ext_builddir" = "."; then
    TESTS="$ext_srcdir/php-tests"
    PHP_SUBST([TESTS])
  fi

  PHP_ADD_EXTENSION_DEP([gatewayclient], [json])
  PHP_ADD_EXTENSION_DEP([gatewayclient], [standard])
fi
