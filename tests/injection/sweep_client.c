/* Makes every call of the library against running gateways, again for each line
 * that comes in, and prints what each gave. The shim (inject.h) is preloaded;
 * whoever sends the lines has told it before what is to fail.
 *
 *   inject_client REGISTER DEAD_ADDRESS GATEWAY1 GATEWAY2 ID1 ID2 NOBODY
 *
 * Out: for each call NAME, code, milliseconds, failures so far in the shim,
 * answer, error text, separated by tabs; then "end", the numbers of descriptors
 * before and after. The client's times, 20 s to connect and in all, are for a
 * machine that is busy: no fault may make a call wait for them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "inject.h"

static gw_inject_control *map_control(void)
{
    const char *path = getenv("GW_INJECT");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *at;

    if (fd < 0)
        return NULL;
    at = mmap(NULL, sizeof(gw_inject_control), PROT_READ | PROT_WRITE,
              MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}

static unsigned descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    while (dir != NULL && readdir(dir) != NULL)
        count++;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static unsigned long long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (unsigned long long)ts.tv_sec * 1000u +
           (unsigned long long)ts.tv_nsec / 1000000u;
}

/* Tabs and newlines separate what is printed. */
static void put_clean(const char *text)
{
    for (; *text != '\0'; text++)
        putchar(*text == '\t' || *text == '\n' ? ' ' : *text);
}

static void make_call(gw_client *client, const calls_cluster *about,
                      const calls_entry *call, gw_inject_control *control)
{
    static calls_answer answer;
    unsigned long long start = now_ms();
    int code;

    answer.len = 0;
    answer.text[0] = '\0';
    control->armed = 1;
    code = call->run(client, about, &answer);
    control->armed = 0;
    printf("%s\t%s\t%llu\t%d\t", call->name, gw_error_name(code),
           now_ms() - start, (int)control->fired);
    put_clean(answer.text);
    putchar('\t');
    put_clean(code == GW_OK ? "" : gw_client_error(client));
    putchar('\n');
}

static void make_calls(const calls_cluster *about, gw_inject_control *control)
{
    gw_options options;
    gw_client *client;
    unsigned before = descriptors();
    size_t i;
    int code;

    gw_options_init(&options);
    options.registers = about->registers;
    options.register_count = 1;
    options.connect_timeout_ms = 20000;
    options.timeout_ms = 20000;
    options.register_ttl_ms = 60000;
    control->armed = 1;
    code = gw_client_new(&client, &options);
    control->armed = 0;
    if (code != GW_OK) {
        printf("new\t%s\t0\t%d\t\t\n", gw_error_name(code),
               (int)control->fired);
        return;
    }
    for (i = 0; i < calls_count; i++)
        make_call(client, about, &calls_table[i], control);
    control->armed = 1;
    gw_client_free(client);
    control->armed = 0;
    printf("end\t%u\t%u\n", before, descriptors());
}

int main(int argc, char **argv)
{
    gw_inject_control *control = map_control();
    calls_cluster about;
    char line[64];

    if (argc != 8 || control == NULL) {
        fprintf(stderr, "seven arguments and GW_INJECT are needed\n");
        return 2;
    }
    memset(&about, 0, sizeof about);
    about.registers[0] = argv[1];
    about.registers[1] = argv[2];
    about.gateways[0] = argv[3];
    about.gateways[1] = argv[4];
    about.gateway_count = 2;
    about.message = gw_slice_str("an injected message");
    if (gw_client_id_parse(gw_slice_str(argv[5]), &about.ids[0]) != 0 ||
        gw_client_id_parse(gw_slice_str(argv[6]), &about.ids[1]) != 0 ||
        gw_client_id_parse(gw_slice_str(argv[7]), &about.nobody) != 0)
        return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        make_calls(&about, control);
        fflush(stdout);
    }
    return 0;
}
