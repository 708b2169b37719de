#include <gwclient/error.h>

const char *gw_strerror(int code)
{
    switch (code) {
#define ERROR_TEXT(name, value, text)                                          \
    case value:                                                                \
        return text;
        GW_ERROR_MAP(ERROR_TEXT)
#undef ERROR_TEXT
    }
    return "unknown error";
}

const char *gw_error_name(int code)
{
    switch (code) {
#define ERROR_NAME(name, value, text)                                          \
    case value:                                                                \
        return #name;
        GW_ERROR_MAP(ERROR_NAME)
#undef ERROR_NAME
    }
    return "GW_E?";
}
