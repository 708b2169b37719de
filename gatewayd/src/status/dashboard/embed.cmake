# Writes the dashboard as C: page.html with its style sheets and scripts in it,
# and the policy that lets a browser run these and nothing else.
#
#   cmake -DOUT=FILE -P embed.cmake

set(HERE ${CMAKE_CURRENT_LIST_DIR})
set(DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

# The SHA-256 of a text as a policy names it: three hexadecimal digits are two of
# base64.
function(hash_source text out)
  string(SHA256 hex "${text}")
  string(APPEND hex "00")
  set(source "")
  foreach(at RANGE 0 63 3)
    string(SUBSTRING ${hex} ${at} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    string(SUBSTRING "${DIGITS}" ${high} 1 first)
    string(SUBSTRING "${DIGITS}" ${low} 1 second)
    string(APPEND source ${first}${second})
  endforeach()
  string(SUBSTRING ${source} 0 43 source)
  set(${out} " 'sha256-${source}='" PARENT_SCOPE)
endfunction()

# Puts a file into the page in place of the element that names it.
macro(embed name element before after sources)
  file(READ ${HERE}/${name} text)
  hash_source("${text}" source)
  string(APPEND ${sources} "${source}")
  string(FIND "${page}" "${element}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "page.html does not have ${element}")
  endif()
  string(REPLACE "${element}" "${before}${text}${after}" page "${page}")
endmacro()

file(READ ${HERE}/page.html page)
string(REGEX MATCHALL "<script src=\"[a-z]+\\.js\">" scripts "${page}")
embed(style.css "<link rel=\"stylesheet\" href=\"style.css\">"
  "<style>" "</style>" style_sources)
set(dark "id=\"dark\" media=\"(prefers-color-scheme: dark)\"")
embed(dark.css "<link rel=\"stylesheet\" href=\"dark.css\" ${dark}>"
  "<style ${dark}>" "</style>" style_sources)
foreach(script IN LISTS scripts)
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" name "${script}")
  embed(${name} "${script}</script>" "<script>" "</script>" script_sources)
endforeach()

string(CONCAT policy "default-src 'none'; connect-src 'self'; img-src data:; "
  "style-src${style_sources}; script-src${script_sources}; base-uri 'none'; "
  "form-action 'none'; frame-ancestors 'none'")

# As numbers: compilers need not take a literal of this length.
string(HEX "${page}" hex)
string(LENGTH "${hex}" len)
math(EXPR len "${len} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(............................................................)"
  "\\1\n    " bytes "${bytes}")
file(WRITE ${OUT} "/* Made of status/dashboard by its embed.cmake. */
#include \"status/render.h\"

const size_t gwd_dashboard_len = ${len};
const char gwd_dashboard_policy[] = \"${policy}\";
const char gwd_dashboard[] = {
    ${bytes}
};
")
