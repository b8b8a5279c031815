/* What `gnutls_certificate_verify_peers` does of a handshake (lib/cert-session.c) with the files of
   a case, many times in one process, at the time of the case. It declares what it uses, so that it
   needs no headers. A line: NAME TIME DIRECTORY; its answer: 0, or the status and its words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct any any;
typedef struct { unsigned char *data; unsigned int size; } datum;
typedef struct { int type; unsigned char *data; unsigned int size; } vdata;
int gnutls_global_init(void);
void gnutls_global_set_time_function(time_t (*)(time_t *));
int gnutls_load_file(const char *, datum *);
int gnutls_x509_crt_list_import2(any ***, unsigned int *, const datum *, int, unsigned int);
void gnutls_x509_crt_deinit(any *);
int gnutls_x509_trust_list_init(any **, unsigned int);
void gnutls_x509_trust_list_deinit(any *, unsigned int);
int gnutls_x509_trust_list_add_trust_file(any *, const char *, const char *, int, unsigned int, unsigned int);
int gnutls_x509_trust_list_verify_crt2(any *, any **, unsigned int, vdata *, unsigned int, unsigned int, unsigned int *, void *);
int gnutls_certificate_verification_status_print(unsigned int, int, datum *, unsigned int);
const char *gnutls_strerror(int);

enum { PEM = 1, DNS_HOSTNAME = 1, KEY_PURPOSE = 2, X509 = 1, PROFILE_LOW = 2 << 24 };

static time_t at;

static time_t clock_of_the_case(time_t *into)
{
    if (into)
        *into = at;
    return at;
}

int main(void)
{
    char line[8192], name[1024], dir[4096], path[8192];
    gnutls_global_init();
    gnutls_global_set_time_function(clock_of_the_case);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%1023s %ld %4095[^\n]", name, &at, dir) != 3)
            return 2;
        any *list = NULL, **sent = NULL;
        unsigned int count = 0, status = 0;
        datum file = {NULL, 0}, words = {NULL, 0};
        vdata data[2] = {{DNS_HOSTNAME, (unsigned char *)name, strlen(name)},
                         {KEY_PURPOSE, (unsigned char *)"1.3.6.1.5.5.7.3.1", 17}};
        gnutls_x509_trust_list_init(&list, 0);
        snprintf(path, sizeof path, "%s/ca.pem", dir);
        int known = gnutls_x509_trust_list_add_trust_file(list, path, NULL, PEM, 0, 0);
        snprintf(path, sizeof path, "%s/chain.pem", dir);
        if (gnutls_load_file(path, &file) < 0)
            return 2;
        int result = gnutls_x509_crt_list_import2(&sent, &count, &file, PEM, 0);
        if (known <= 0) {
            printf("-1 anchors: %s\n", gnutls_strerror(known));
        } else if (result < 0) {
            printf("-2 chain: %s\n", gnutls_strerror(result));
        } else {
            result = gnutls_x509_trust_list_verify_crt2(list, sent, count, data, 2, PROFILE_LOW, &status, NULL);
            if (result == 0 && status == 0) {
                puts("0");
            } else if (result < 0) {
                printf("-3 %s\n", gnutls_strerror(result));
            } else {
                gnutls_certificate_verification_status_print(status, X509, &words, 0);
                printf("%u %s\n", status, words.data ? (char *)words.data : "");
            }
        }
        fflush(stdout);
        for (unsigned int i = 0; i < count; i++)
            gnutls_x509_crt_deinit(sent[i]);
        free(sent);
        free(file.data);
        free(words.data);
        gnutls_x509_trust_list_deinit(list, 1);
    }
    return 0;
}
