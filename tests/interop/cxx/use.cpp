// A C++ program that uses the library through its C headers: functions, data,
// callbacks, and the types on both sides of a call. Prints `ok`.
#include <gwclient/gwclient.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace
{

int failures;

void expect(bool good, const char *what)
{
    if (good)
        return;
    failures++;
    std::fprintf(stderr, "not so: %s\n", what);
}

#define EXPECT(condition) expect(condition, #condition)

void codec()
{
    const std::string body = "hello";
    gw_frame frame = {}, read;
    uint8_t head[GW_FRAME_HEAD_LEN];
    std::size_t used = 0;

    frame.cmd = GW_CMD_SEND_TO_ALL;
    frame.flag = GW_FLAG_SCALAR;
    frame.connection_id = 0xfffffffeu;
    frame.body = gw_slice_of(body.data(), body.size());
    EXPECT(gw_frame_encode_head(&frame, head) == GW_OK);

    std::vector<uint8_t> bytes(head, head + sizeof head);
    bytes.insert(bytes.end(), body.begin(), body.end());
    EXPECT(gw_frame_decode(gw_slice_of(bytes.data(), bytes.size()),
                           GW_FRAME_MAX, &read, &used) == GW_OK);
    EXPECT(used == bytes.size());
    EXPECT(read.connection_id == frame.connection_id);
    EXPECT(std::string(read.body.base, read.body.len) == body);
}

void client_ids()
{
    gw_client_id id;
    char text[GW_CLIENT_ID_LEN + 1];

    EXPECT(gw_client_id_parse(gw_slice_str("7F0000010b5400000001"), &id) ==
           GW_OK);
    EXPECT(id.ip == 0x7f000001u && id.port == 2900 && id.connection == 1);
    gw_client_id_format(&id, text);
    EXPECT(std::string(text) == "7f0000010b5400000001");
}

// The library's data, through an allocator of our own that counts.
void *counting_realloc(void *ptr, std::size_t size, void *user)
{
    *static_cast<long *>(user) += ptr == nullptr;
    return gw_allocator_libc.realloc(ptr, size, gw_allocator_libc.user);
}

void counting_free(void *ptr, void *user)
{
    --*static_cast<long *>(user);
    gw_allocator_libc.free(ptr, gw_allocator_libc.user);
}

int stop(void *, const gw_client_id *)
{
    return 1;
}

void client()
{
    long blocks = 0;
    gw_allocator allocator = {counting_realloc, counting_free, &blocks};
    const char *registers[] = {"127.0.0.1:1"};
    gw_message message = gw_message_of("hello", 5);
    gw_options options;
    gw_client *c = nullptr;

    gw_options_init(&options);
    options.registers = registers;
    options.register_count = 1;
    options.allocator = &allocator;
    options.timeout_ms = 2000;
    EXPECT(gw_client_new(&c, &options) == GW_OK);
    EXPECT(blocks > 0);
    EXPECT(gw_send_to_all(c, &message, nullptr, 0) == GW_EREGISTER);
    EXPECT(std::string(gw_client_error(c)).find("tcp://127.0.0.1:1") !=
           std::string::npos);
    EXPECT(gw_get_client_ids_by_uid(c, gw_key_int(7), stop, nullptr) ==
           GW_EREGISTER);
    EXPECT(std::string(gw_error_name(GW_EREGISTER)) == "GW_EREGISTER");
    gw_client_free(c);
    EXPECT(blocks == 0);
}

} // namespace

int main()
{
    codec();
    client_ids();
    client();
    if (failures == 0)
        std::puts("ok");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
