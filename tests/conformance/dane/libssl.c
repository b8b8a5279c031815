/* What Postfix asks of OpenSSL (`tls_auth_enable` in src/tls/tls_client.c) about a chain and TLSA
   records, many times in one process; the verification is done as in OpenSSL's own test/danetest.c.
   It declares what it uses, so that it needs no headers. A line: TIME DIRECTORY, where chain.pem and
   dane.txt are, which has `host NAME` and `tlsa USAGE SELECTOR MATCHING HEX`; its answer: how many
   records can be used, the error (0: it is authenticated), the depth of the match, and its record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct any any;
any *BIO_new_file(const char *, const char *);
int BIO_free(any *);
any *PEM_read_bio_X509(any *, any **, void *, void *);
void X509_free(any *);
any *OPENSSL_sk_new_null(void);
int OPENSSL_sk_push(any *, const void *);
void *OPENSSL_sk_value(const any *, int);
void OPENSSL_sk_pop_free(any *, void (*)(any *));
any *X509_STORE_new(void);
void X509_STORE_free(any *);
any *X509_STORE_CTX_new(void);
void X509_STORE_CTX_free(any *);
int X509_STORE_CTX_init(any *, any *, any *, any *);
int X509_STORE_CTX_set_default(any *, const char *);
any *X509_STORE_CTX_get0_param(any *);
void X509_STORE_CTX_set0_dane(any *, any *);
int X509_STORE_CTX_get_error(any *);
int X509_verify_cert(any *);
int X509_VERIFY_PARAM_set1(any *, const any *);
void X509_VERIFY_PARAM_set_time(any *, long);
void X509_VERIFY_PARAM_set_auth_level(any *, int);
void X509_VERIFY_PARAM_set_depth(any *, int);
any *TLS_client_method(void);
any *SSL_CTX_new(any *);
int SSL_CTX_dane_enable(any *);
any *SSL_new(any *);
void SSL_free(any *);
int SSL_dane_enable(any *, const char *);
unsigned long SSL_dane_set_flags(any *, unsigned long);
void SSL_set_hostflags(any *, unsigned int);
int SSL_add1_host(any *, const char *);
int SSL_dane_tlsa_add(any *, unsigned char, unsigned char, unsigned char, const unsigned char *, size_t);
any *SSL_get0_dane(any *);
any *SSL_get0_param(any *);
void SSL_set_verify_result(any *, long);
int SSL_get0_dane_authority(any *, any **, any **);
int SSL_get0_dane_tlsa(any *, unsigned char *, unsigned char *, unsigned char *, const unsigned char **, size_t *);
void ERR_clear_error(void);
unsigned long ERR_peek_last_error(void);

enum { NO_EE_NAMES = 1, NO_PARTIAL_WILDCARDS = 4, DEPTH = 10, NO_START_LINE = 9 << 23 | 108 };

/* Empty: one of them cannot be read, which ends a handshake. */
static any *chain(const char *dir)
{
    char path[8192];
    any *all = OPENSSL_sk_new_null(), *file, *one;
    snprintf(path, sizeof path, "%s/chain.pem", dir);
    if (!(file = BIO_new_file(path, "r")))
        exit(2);
    while ((one = PEM_read_bio_X509(file, NULL, NULL, NULL)))
        OPENSSL_sk_push(all, one);
    BIO_free(file);
    if (ERR_peek_last_error() != NO_START_LINE) {
        OPENSSL_sk_pop_free(all, X509_free);
        all = OPENSSL_sk_new_null();
    }
    ERR_clear_error();
    return all;
}

/* Adds the names and the records; how many of them can be used. */
static int add(any *ssl, const char *dir)
{
    static char line[300000], name[1024], hex[290000];
    static unsigned char data[145000];
    char path[8192];
    int usable = 0;
    snprintf(path, sizeof path, "%s/dane.txt", dir);
    FILE *file = fopen(path, "r");
    if (!file)
        exit(2);
    while (fgets(line, sizeof line, file)) {
        unsigned usage, selector, matching;
        if (sscanf(line, "host %1023s", name) == 1) {
            SSL_add1_host(ssl, name);
            continue;
        }
        *hex = 0;
        if (sscanf(line, "tlsa %u %u %u %289999s", &usage, &selector, &matching, hex) < 3)
            exit(2);
        size_t length = strlen(hex) / 2;
        for (size_t i = 0; i < length; i++)
            sscanf(hex + 2 * i, "%2hhx", &data[i]);
        /* `parse_tlsa_rrs` of Postfix drops the usages that are not for mail. */
        if (usage == 2 || usage == 3)
            usable += SSL_dane_tlsa_add(ssl, usage, selector, matching, data, length) > 0;
    }
    fclose(file);
    return usable;
}

static void verify(any *ssl, any *sent, long at)
{
    any *store = X509_STORE_new(), *context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, OPENSSL_sk_value(sent, 0), sent);
    X509_STORE_CTX_set_default(context, "ssl_server");
    any *param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl));
    X509_VERIFY_PARAM_set_auth_level(param, 0);
    X509_VERIFY_PARAM_set_depth(param, DEPTH);
    X509_VERIFY_PARAM_set_time(param, at);
    X509_STORE_CTX_set0_dane(context, SSL_get0_dane(ssl));
    int ok = X509_verify_cert(context), error = X509_STORE_CTX_get_error(context), depth = -1;
    if (ok <= 0 || error != 0) {
        printf(" %d\n", error ? error : -1);
    } else {
        unsigned char usage = 0, selector = 0, matching = 0;
        const unsigned char *data = NULL;
        size_t length = 0;
        SSL_set_verify_result(ssl, 0);
        depth = SSL_get0_dane_authority(ssl, NULL, NULL);
        SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, &data, &length);
        printf(" 0 %d %u %u %u ", depth, usage, selector, matching);
        for (size_t i = 0; i < length; i++)
            printf("%02x", data[i]);
        putchar('\n');
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
}

int main(void)
{
    char line[8192], dir[4096];
    long at;
    any *ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_dane_enable(ctx);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%ld %4095[^\n]", &at, dir) != 2)
            return 2;
        any *ssl = SSL_new(ctx), *sent = chain(dir);
        SSL_dane_enable(ssl, NULL);
        SSL_dane_set_flags(ssl, NO_EE_NAMES);
        SSL_set_hostflags(ssl, NO_PARTIAL_WILDCARDS);
        printf("%d", add(ssl, dir));
        if (OPENSSL_sk_value(sent, 0))
            verify(ssl, sent, at);
        else
            puts(" -2");
        fflush(stdout);
        OPENSSL_sk_pop_free(sent, X509_free);
        SSL_free(ssl);
        ERR_clear_error();
    }
    return 0;
}
