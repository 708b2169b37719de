m4_changequote([,])m4_dnl
m4_dnl What config.m4 finds when phpize runs it, as far as it uses it: macros that
m4_dnl become shell commands, each of which tells its call in a line of fields
m4_dnl with tabs between. build_scripts.py puts config.m4 behind it.
m4_define([dnl], [m4_dnl])m4_dnl
m4_define([TELL], [{ gwc_sep=; for gwc_word in $1; do
  printf '%s%s' "$gwc_sep" "$gwc_word"; gwc_sep='	'; done; echo; }])m4_dnl
m4_define([PHP_ARG_ENABLE], [TELL("option" "enable" "$1" "$4")])m4_dnl
m4_define([PHP_ARG_WITH], [TELL("option" "with" "$1" "$4")])m4_dnl
m4_define([AC_MSG_NOTICE], [:])m4_dnl
m4_define([AC_MSG_ERROR], [{ TELL("error" "$1"); exit 0; }])m4_dnl
m4_define([PHP_CHECK_LIBRARY], [TELL("library" "$1" "$5")])m4_dnl
m4_define([PHP_ADD_INCLUDE], [TELL("include" "$1")])m4_dnl
m4_define([PHP_ADD_LIBRARY_WITH_PATH], [TELL("link" "$1" "$2")])m4_dnl
m4_define([PHP_SUBST], [:])m4_dnl
m4_define([PHP_NEW_EXTENSION], [TELL("extension" "$1" "$3")
for gwc_file in $2; do TELL("source" "$gwc_file"); done
TELL("cflags" "$5")])m4_dnl
m4_define([PHP_ADD_BUILD_DIR], [TELL("build_dir" "$1")])m4_dnl
m4_define([PHP_ADD_EXTENSION_DEP], [TELL("dep" "$1" "$2")])m4_dnl
