#include "conf/formats.h"

#include <stdlib.h>
#include <string.h>
#include <gwclient/types.h>

#include "core/ascii.h"

bool gwctl_is_name(const char *text)
{
    return text[0] != '\0';
}

static bool is_port(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= 5 && strspn(text, "0123456789") == len &&
           atoi(text) <= 65535 && atoi(text) > 0;
}

/* As long as it is made of letters, digits and the bytes of `others`. */
static size_t host_len(const char *text, const char *others)
{
    size_t len = 0;

    while (text[len] != '\0' && (gwctl_ascii_is_alnum(text[len]) ||
                                 strchr(others, text[len]) != NULL))
        len++;
    return len;
}

/* What the library takes: this is for an error text that says where. */
bool gwctl_is_address(const char *text)
{
    bool brackets = text[0] == '[';
    const char *host = brackets ? text + 1 : text;
    size_t len = host_len(host, brackets ? ":.%-_" : ".-_");
    const char *end = host + len;

    if (len == 0 || (brackets && *end++ != ']'))
        return false;
    return *end == ':' && is_port(end + 1);
}

bool gwctl_is_client_id(const char *text)
{
    gw_client_id id;

    return gw_client_id_parse(gw_slice_str(text), &id) == 0;
}

static bool is_token_char(char c)
{
    return gwctl_ascii_is_alnum(c) ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t token_len(const char *text)
{
    size_t len = 0;

    while (is_token_char(text[len]))
        len++;
    return len;
}

bool gwctl_is_token(const char *text)
{
    return text[0] != '\0' && text[token_len(text)] == '\0';
}

bool gwctl_is_headers(const char *text)
{
    return text[0] == '@' ? text[1] != '\0' : gwctl_is_header(text);
}

/* A line break in it would be a header of its own. */
bool gwctl_is_header(const char *text)
{
    size_t len = token_len(text);

    if (len == 0 || text[len] != ':')
        return false;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0';
         p++) {
        if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
            return false;
    }
    return true;
}
