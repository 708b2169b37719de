/* uids and groups of one connection. "" and "0" are refused, as PHP's empty()
 * would; so is nothing else. */
#include "inner/request.h"
#include "key.h"

static bool names_something(const gwd_request *request, const char *cause)
{
    if (!gw_slice_is_empty_php(request->frame->ext)) {
        return true;
    }
    gwd_request_bad(request, cause);
    return false;
}

static void report(const gwd_request *request, int error)
{
    if (error != GW_OK) {
        gwd_request_bad(request, gw_strerror(error));
    }
}

void gwd_on_bind_uid(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (names_something(request, "bindUid with an empty uid") &&
        member != NULL) {
        report(request, gwd_hub_bind_uid(request->inner->hub, member,
                                         request->frame->ext));
    }
}

void gwd_on_unbind_uid(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (member != NULL) {
        gwd_hub_unbind_uid(request->inner->hub, member);
    }
}

void gwd_on_join_group(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (names_something(request, "joinGroup with an empty group") &&
        member != NULL) {
        report(request,
               gwd_hub_join(request->inner->hub, member, request->frame->ext));
    }
}

void gwd_on_leave_group(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (names_something(request, "leaveGroup with an empty group") &&
        member != NULL) {
        gwd_hub_leave(request->inner->hub, member, request->frame->ext);
    }
}

void gwd_on_ungroup(const gwd_request *request)
{
    if (names_something(request, "ungroup with an empty group")) {
        gwd_hub_ungroup(request->inner->hub, request->frame->ext);
    }
}
