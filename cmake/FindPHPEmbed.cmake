# PHP as a library (its embed SAPI), of the PHP that `php-config` belongs to.
#
#   PHPEmbed_FOUND, PHPEmbed_VERSION
#   PHP::embed      the library and the headers of the extension API
#
# -DPHP_CONFIG=/path/to/php-config chooses another PHP.
find_program(PHP_CONFIG php-config)
mark_as_advanced(PHP_CONFIG)

function(gw_ask_php_config result option)
  execute_process(COMMAND ${PHP_CONFIG} ${option} OUTPUT_VARIABLE answer
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(${result} "${answer}" PARENT_SCOPE)
endfunction()

if(PHP_CONFIG)
  gw_ask_php_config(PHPEmbed_VERSION --version)
  gw_ask_php_config(includes --includes)
  gw_ask_php_config(prefix --prefix)
  string(REGEX REPLACE "(^| )-I" ";" includes "${includes}")
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" number "${PHPEmbed_VERSION}")
  # Debian puts the version into the name.
  find_library(PHPEmbed_LIBRARY NAMES php${number} php HINTS ${prefix}/lib)
  find_path(PHPEmbed_INCLUDE_DIR sapi/embed/php_embed.h PATHS ${includes}
            NO_DEFAULT_PATH)
  mark_as_advanced(PHPEmbed_LIBRARY PHPEmbed_INCLUDE_DIR)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PHPEmbed
  REQUIRED_VARS PHPEmbed_LIBRARY PHPEmbed_INCLUDE_DIR
  VERSION_VAR PHPEmbed_VERSION)

if(PHPEmbed_FOUND AND NOT TARGET PHP::embed)
  add_library(PHP::embed UNKNOWN IMPORTED)
  set_target_properties(PHP::embed PROPERTIES
    IMPORTED_LOCATION ${PHPEmbed_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES "${includes}")
endif()
