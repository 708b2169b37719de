/* Threads of one process, each of which serves requests one after the other, as
 * a threaded web server has them. Only a thread-safe PHP can.
 *
 *   threads INI SCRIPT THREADS REQUESTS
 *
 * For each line of standard input it starts THREADS threads, waits for their
 * ends, and prints how many requests were answered wrongly. The script finds
 * its place in $thread and $request, and exits with 0 when all was right. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sapi/embed/php_embed.h>

typedef struct server {
    pthread_t thread;
    const char *script;
    int number;
    int requests;
    int wrong;
} server;

static void set_number(const char *name, int number)
{
    zval value;

    ZVAL_LONG(&value, number);
    zend_hash_str_update(&EG(symbol_table), name, strlen(name), &value);
}

static void run_script(const server *s, int request)
{
    zend_file_handle file;

    zend_first_try
    {
        set_number("thread", s->number);
        set_number("request", request);
        zend_stream_init_filename(&file, s->script);
        php_execute_script(&file);
        zend_destroy_file_handle(&file);
    }
    zend_end_try();
}

static void *serve(void *arg)
{
    server *s = arg;
    int i;

    (void)ts_resource(0);
    for (i = 0; i < s->requests; i++) {
        if (php_request_startup() == FAILURE) {
            s->wrong++;
            continue;
        }
        SG(headers_sent) = 1;
        SG(request_info).no_headers = 1;
        run_script(s, i);
        php_request_shutdown(NULL);
        /* Functions that run at the end have had their say. */
        s->wrong += EG(exit_status) != 0;
    }
    ts_free_thread();
    return NULL;
}

/* The sum of what was wrong, or -1. */
static int serve_all(server *servers, int count)
{
    int wrong = 0;
    int i;

    for (i = 0; i < count; i++) {
        servers[i].wrong = 0;
        if (pthread_create(&servers[i].thread, NULL, serve, &servers[i]) != 0) {
            return -1;
        }
    }
    for (i = 0; i < count; i++) {
        pthread_join(servers[i].thread, NULL);
        wrong += servers[i].wrong;
    }
    return wrong;
}

int main(int argc, char **argv)
{
    server *servers;
    char line[80];
    int count, i;

    if (argc != 5 || (count = atoi(argv[3])) <= 0) {
        fputs("usage: threads INI SCRIPT THREADS REQUESTS\n", stderr);
        return 2;
    }
    servers = calloc((size_t)count, sizeof(*servers));
    if (servers == NULL) {
        return 2;
    }
    for (i = 0; i < count; i++) {
        servers[i].script = argv[2];
        servers[i].number = i;
        servers[i].requests = atoi(argv[4]);
    }
    php_embed_module.php_ini_path_override = argv[1];
    if (php_embed_init(1, argv) == FAILURE) {
        return 2;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        printf("%d\n", serve_all(servers, count));
        fflush(stdout);
    }
    php_embed_shutdown();
    free(servers);
    return 0;
}
