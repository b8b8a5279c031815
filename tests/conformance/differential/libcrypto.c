/* What `openssl verify` does (apps/verify.c), many times in one process. It declares what it uses,
   so that it needs no headers, and one build of it runs with every OpenSSL 3.
   A line: STRICT LEVEL hostname|ip NAME TIME DIRECTORY; its answer: 0, or the error and its words. */
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
void OPENSSL_sk_pop_free(any *, void (*)(any *));
any *X509_STORE_new(void);
void X509_STORE_free(any *);
any *X509_LOOKUP_file(void);
any *X509_STORE_add_lookup(any *, any *);
int X509_LOOKUP_ctrl(any *, int, const char *, long, char **);
int X509_STORE_set1_param(any *, any *);
any *X509_VERIFY_PARAM_new(void);
void X509_VERIFY_PARAM_free(any *);
int X509_VERIFY_PARAM_set_purpose(any *, int);
int X509_VERIFY_PARAM_set_flags(any *, unsigned long);
void X509_VERIFY_PARAM_set_time(any *, long);
void X509_VERIFY_PARAM_set_auth_level(any *, int);
int X509_VERIFY_PARAM_set1_host(any *, const char *, size_t);
int X509_VERIFY_PARAM_set1_ip_asc(any *, const char *);
any *X509_STORE_CTX_new(void);
void X509_STORE_CTX_free(any *);
int X509_STORE_CTX_init(any *, any *, any *, any *);
int X509_verify_cert(any *);
int X509_STORE_CTX_get_error(any *);
int X509_STORE_CTX_get_error_depth(any *);
const char *X509_verify_cert_error_string(long);
void ERR_clear_error(void);
unsigned long ERR_peek_last_error(void);

enum { FILE_LOAD = 1, PEM = 1, SSL_SERVER = 2, NO_START_LINE = 9 << 23 | 108, STRICT = 0x20, PARTIAL_CHAIN = 0x80000 };

/* NULL: one of them cannot be read, which ends a handshake. `openssl verify` passes over it. */
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
        all = NULL;
    }
    ERR_clear_error();
    return all;
}

static any *leaf(const char *dir)
{
    char path[8192];
    any *file, *one;
    snprintf(path, sizeof path, "%s/leaf.pem", dir);
    if (!(file = BIO_new_file(path, "r")))
        exit(2);
    one = PEM_read_bio_X509(file, NULL, NULL, NULL);
    BIO_free(file);
    return one;
}

int main(void)
{
    char line[8192], kind[16], name[1024], dir[4096], path[8192];
    int strict, level;
    long at;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%d %d %15s %1023s %ld %4095[^\n]", &strict, &level, kind, name, &at, dir) != 6)
            return 2;
        any *store = X509_STORE_new(), *param = X509_VERIFY_PARAM_new();
        any *sent = chain(dir), *first = leaf(dir), *context = X509_STORE_CTX_new();
        any *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        snprintf(path, sizeof path, "%s/ca.pem", dir);
        X509_VERIFY_PARAM_set_purpose(param, SSL_SERVER);
        X509_VERIFY_PARAM_set_time(param, at);
        X509_VERIFY_PARAM_set_auth_level(param, level);
        if (strict)
            X509_VERIFY_PARAM_set_flags(param, STRICT | PARTIAL_CHAIN);
        if (!strcmp(kind, "ip"))
            X509_VERIFY_PARAM_set1_ip_asc(param, name);
        else
            X509_VERIFY_PARAM_set1_host(param, name, 0);
        if (X509_LOOKUP_ctrl(lookup, FILE_LOAD, path, PEM, NULL) <= 0) {
            puts("-1 the file of anchors cannot be read");
        } else if (!first) {
            puts("-2 the leaf cannot be read");
        } else if (!sent) {
            puts("-3 a certificate that is sent cannot be read");
        } else {
            X509_STORE_set1_param(store, param);
            X509_STORE_CTX_init(context, store, first, sent);
            int ok = X509_verify_cert(context), error = X509_STORE_CTX_get_error(context);
            if (ok > 0 && error == 0)
                puts("0");
            else
                printf("%d at %d depth lookup: %s\n", error, X509_STORE_CTX_get_error_depth(context),
                       X509_verify_cert_error_string(error));
        }
        fflush(stdout);
        X509_STORE_CTX_free(context);
        X509_STORE_free(store);
        X509_VERIFY_PARAM_free(param);
        OPENSSL_sk_pop_free(sent, X509_free);
        X509_free(first);
        ERR_clear_error();
    }
    return 0;
}
